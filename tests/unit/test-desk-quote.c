/* When may an answer quote the mail that it answers? Pure: every way in which somebody might have us read a text to him. */
#include "madoguchi/base/error.h"
#include "madoguchi/desk/quote.h"

#include <string.h>

#define ALICE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define EVE "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"

static void
add_layer (MadoReport *report, MadoOperation operation, const char *signer)
{
  MadoLayer *layer = mado_layer_new ();

  layer->operation = operation;
  layer->covers = MADO_COVERS_WHOLE;
  if (signer != NULL) {
    MadoSignature *signature = mado_signature_new ();
    signature->status = MADO_SIGNATURE_GOOD;
    signature->fingerprint = g_strdup (signer);
    g_ptr_array_add (layer->signatures, signature);
  }
  g_ptr_array_add (report->layers, layer);
}

/* A mail that came encrypted, with a signature of ALICE. */
static MadoReport *
make_report (void)
{
  MadoReport *report = mado_report_new ();

  report->text = g_strdup ("one\n\n> two\r\nthree\n");
  report->encryption = MADO_ENCRYPTION_WHOLE;
  report->signature = MADO_SIGNATURE_GOOD;
  report->signer = mado_signer_new ();
  report->signer->fingerprint = g_strdup (ALICE);
  report->report = mado_report_body_new ();
  return report;
}

static void
expect (const MadoReport *report, const char *key, const char *why)
{
  g_autoptr (MadoReply) reply = mado_reply_new ();
  g_autoptr (GError) error = NULL;

  reply->encrypt_to = g_strdup (key);
  if (why == NULL) {
    g_assert_true (mado_quote_check (report, reply, &error));
    g_assert_no_error (error);
    return;
  }
  g_assert_false (mado_quote_check (report, reply, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  if (strstr (error->message, why) == NULL)
    g_error ("%s: not %s", error->message, why);
}

static void
test_keys (void)
{
  g_autoptr (MadoReport) report = make_report ();

  add_layer (report, MADO_OPERATION_DECRYPT_VERIFY, ALICE);
  expect (report, ALICE, NULL);
  expect (report, EVE, "another key");
  expect (report, NULL, "in the clear");
  for (int status = MADO_SIGNATURE_NONE; status <= MADO_SIGNATURE_UNSUPPORTED; status++) {
    report->signature = (MadoSignatureStatus) status;
    if (status != MADO_SIGNATURE_GOOD)
      expect (report, ALICE, "no good signature");
  }
  expect (NULL, ALICE, "wrote no mail");
}

static void
test_inside (void)
{
  g_autoptr (MadoReport) twice = make_report (), outside = make_report (), wrapped = make_report (), broken = make_report (),
                         part = make_report ();

  add_layer (twice, MADO_OPERATION_DECRYPT, NULL);
  add_layer (twice, MADO_OPERATION_VERIFY, ALICE);
  expect (twice, ALICE, NULL);
  add_layer (outside, MADO_OPERATION_VERIFY, ALICE); /* somebody else's ciphertext, signed by ALICE */
  add_layer (outside, MADO_OPERATION_DECRYPT, NULL);
  expect (outside, ALICE, "does not stand inside");
  add_layer (wrapped, MADO_OPERATION_DECRYPT_VERIFY, ALICE); /* the same in an envelope of her own */
  add_layer (wrapped, MADO_OPERATION_DECRYPT_VERIFY, EVE);
  expect (wrapped, ALICE, "does not stand inside");
  add_layer (broken, MADO_OPERATION_DECRYPT_VERIFY, ALICE);
  ((MadoLayer *) broken->layers->pdata[0])->outcome = MADO_OUTCOME_NO_INTEGRITY;
  expect (broken, ALICE, "does not stand inside");
  add_layer (part, MADO_OPERATION_DECRYPT_VERIFY, ALICE);
  ((MadoLayer *) part->layers->pdata[0])->covers = MADO_COVERS_PART;
  expect (part, ALICE, "does not stand inside");
}

static void
test_clear (void)
{
  g_autoptr (MadoReport) report = make_report ();

  report->encryption = MADO_ENCRYPTION_NONE;
  expect (report, EVE, NULL);
  expect (report, NULL, NULL);
  report->report->tlp = g_strdup ("TLP:RED");
  expect (report, EVE, NULL);
  expect (report, NULL, "TLP:RED");
  report->undecryptable = mado_undecryptable_new ();
  expect (report, EVE, "could not be opened");
  g_clear_pointer (&report->undecryptable, mado_undecryptable_free);
  g_free (report->text);
  report->text = g_strnfill (MADO_REPLY_TEXT_MAX, 'x');
  expect (report, EVE, "too long");
  report->text[0] = '\0';
  expect (report, EVE, "no text");
}

static void
test_text (void)
{
  g_autoptr (MadoReport) report = make_report ();
  g_autofree char *text = mado_quote_add ("Thanks.", report);

  g_assert_cmpstr (text, ==, "Thanks.\n\n> one\n>\n>> two\n> three\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quote/keys", test_keys);
  g_test_add_func ("/quote/inside", test_inside);
  g_test_add_func ("/quote/clear", test_clear);
  g_test_add_func ("/quote/text", test_text);
  return g_test_run ();
}
