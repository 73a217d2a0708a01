/* send-one.c: sends the mail on standard input as the sender does: send-one CONFIG RECIPIENT. Writes the server's
 * words, or the code and words of the error; the exit status is the code's. For tests/it/submit-tls.py. */
#include "madoguchi/base/error.h"
#include "madoguchi/reply/submit.h"

#include <stdio.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  const char *recipients[] = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoConf) conf = argc == 3 ? mado_conf_load (argv[1], &error) : NULL;
  g_autoptr (MadoSubmission) submission = conf == NULL ? NULL : mado_submission_new (conf, &error);
  g_autofree char *detail = NULL;

  if (argc != 3)
    return 64;
  recipients[0] = argv[2];
  if (submission != NULL
      && mado_submission_send (submission, "<one@x.example>", NULL, recipients, STDIN_FILENO, &detail, &error)) {
    puts (detail);
    return 0;
  }
  printf ("%s: %s\n", mado_error_name (error->code), error->message);
  return mado_error_exit_status (error);
}
