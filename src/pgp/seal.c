/* seal.c: see seal.h. Never decrypts, never lists keys after it was made, and trusts no key by itself: whoever
 * calls has decided by fingerprint. */
#include "madoguchi/pgp/seal.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/run.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _MadoSealer {
  MadoPgpHome *home; /* borrowed */
  gpgme_ctx_t context;
  gpgme_key_t key;
  char *fingerprint;
  gint64 trial_us;
  MadoPublicKey public_key;
  struct stat ring; /* of which it was made */
};

typedef enum { JOB_SIGN, JOB_SIGN_ENCRYPT, JOB_CLEAR_SIGN, N_JOBS } JobKind;

typedef struct {
  JobKind kind;
  GBytes *bytes;
  const MadoSealTo *to; /* NULL: only signed */
  const char *block;    /* path of the file with the recipient's key; NULL: the ring has it */
  const GPtrArray *also; /* further recipients; NULL: none */
} Job;

/* What gpg said of a job. */
typedef struct {
  gboolean is_signed, is_encrypted;
  int hash;          /* of the signature, OpenPGP's number */
  char *bad_key;     /* a recipient that cannot be used; NULL: none */
  int bad_reason;    /* why, GnuPG's number */
  gboolean is_bad_signer;
  gpgme_error_t failure; /* where it stopped; 0: it does not say */
  GError *trouble;   /* it could not be run at all */
} Said;

static void
said_clear (Said *said)
{
  g_free (said->bad_key);
  g_clear_error (&said->trouble);
  *said = (Said) { 0 };
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

/* (transfer full) @text, as GnuPG armours it (LF), with the line ends of mail. */
static GBytes *
to_crlf (const char *text, gsize length)
{
  GByteArray *out = g_byte_array_sized_new ((guint) (length + length / 32 + 16));
  const char *end = text + length;

  while (text < end) {
    const char *feed = memchr (text, '\n', (gsize) (end - text));
    const char *stop = feed != NULL ? feed : end;
    g_byte_array_append (out, (const guint8 *) text, (guint) (stop - text));
    if (feed != NULL)
      g_byte_array_append (out, (const guint8 *) "\r\n", 2);
    text = feed != NULL ? feed + 1 : end;
  }
  return g_byte_array_free_to_bytes (out);
}

/* One status line (GnuPG's doc/DETAILS). @words: the keyword and what follows it. */
static void
take_line (Said *said, char **words)
{
  guint count = g_strv_length (words);

  if (g_str_equal (words[0], "SIG_CREATED") && count >= 7) {
    said->is_signed = TRUE;
    said->hash = (int) g_ascii_strtoll (words[3], NULL, 10);
  } else if (g_str_equal (words[0], "END_ENCRYPTION")) {
    said->is_encrypted = TRUE;
  } else if (g_str_equal (words[0], "INV_RECP") && count >= 2 && said->bad_key == NULL) {
    said->bad_reason = (int) g_ascii_strtoll (words[1], NULL, 10);
    said->bad_key = g_strdup (count >= 3 ? words[2] : "of the recipient");
  } else if (g_str_equal (words[0], "INV_SGNR")) {
    said->is_bad_signer = TRUE;
  } else if (g_str_equal (words[0], "FAILURE") && count >= 3 && !g_str_equal (words[1], "gpg-exit")) {
    said->failure = (gpgme_error_t) g_ascii_strtoull (words[2], NULL, 10);
  }
}

static void
take_status (Said *said, const char *status)
{
  char **words;

  while (mado_pgp_run_next (&status, &words)) {
    take_line (said, words);
    g_strfreev (words);
  }
}

static gboolean
run_gpg (MadoSealer *sealer, const Job *job, Said *said, GBytes **out)
{
  MadoPgpProgram program = mado_pgp_program_of (sealer->context);
  const char *signer = sealer->key->subkeys->fpr;
  g_autoptr (GPtrArray) line = g_ptr_array_new ();
  g_autofree char *status = NULL;
  static const char *const commands[N_JOBS][5] = { [JOB_SIGN] = { "--detach-sign" },
                                                   [JOB_SIGN_ENCRYPT] = { "--sign", "--encrypt", "--always-trust", "--no-encrypt-to" },
                                                   [JOB_CLEAR_SIGN] = { "--clear-sign" } };

  for (gsize i = 0; commands[job->kind][i] != NULL; i++)
    g_ptr_array_add (line, (gpointer) commands[job->kind][i]);
  g_ptr_array_add (line, (gpointer) "--armor");
  g_ptr_array_add (line, (gpointer) "--local-user");
  g_ptr_array_add (line, (gpointer) signer);
  if (job->to != NULL) {
    g_ptr_array_add (line, (gpointer) (job->block != NULL ? "--recipient-file" : "--recipient"));
    g_ptr_array_add (line, (gpointer) (job->block != NULL ? job->block : job->to->fingerprint));
  }
  if (job->to != NULL && job->to->to_team_too && sealer->key->can_encrypt) {
    g_ptr_array_add (line, (gpointer) "--recipient");
    g_ptr_array_add (line, sealer->fingerprint);
  }
  for (guint i = 0; job->also != NULL && i < job->also->len; i++) {
    g_ptr_array_add (line, (gpointer) "--recipient");
    g_ptr_array_add (line, job->also->pdata[i]);
  }
  g_ptr_array_add (line, NULL);
  if (!mado_pgp_run (&program, (const char *const *) line->pdata, job->bytes, out, &status, &said->trouble))
    return FALSE;
  take_status (said, status);
  return TRUE;
}

/* @out only on success: gpg says itself that it signed, and encrypted to the end. */
static gpgme_error_t
run_once (MadoSealer *sealer, const Job *job, Said *said, GBytes **out)
{
  g_autoptr (GBytes) text = NULL;
  gsize length;
  const char *data;

  said_clear (said);
  if (!run_gpg (sealer, job, said, &text))
    return gpgme_error (GPG_ERR_INV_ENGINE);
  if (said->bad_key != NULL)
    return gpgme_error (GPG_ERR_UNUSABLE_PUBKEY);
  if (said->failure != 0)
    return said->failure;
  if (said->is_bad_signer)
    return gpgme_error (GPG_ERR_UNUSABLE_SECKEY);
  data = g_bytes_get_data (text, &length);
  if (!said->is_signed || (job->kind == JOB_SIGN_ENCRYPT && !said->is_encrypted) || length == 0)
    return gpgme_error (GPG_ERR_GENERAL);
  *out = job->kind == JOB_CLEAR_SIGN ? g_steal_pointer (&text) : to_crlf (data, length);
  return 0;
}

/* Why a key cannot be used, in words. */
static const char *
reason_of (int reason)
{
  switch (reason) {
  case 1:
    return "not known";
  case 3:
    return "cannot encrypt";
  case 4:
    return "revoked";
  case 5:
    return "expired";
  default:
    return "unusable (expired, revoked or without an encryption key)";
  }
}

static gboolean
set_problem (Said *said, gpgme_error_t problem, GError **error)
{
  if (said->trouble != NULL) {
    g_propagate_prefixed_error (error, g_steal_pointer (&said->trouble), "seal: ");
    return FALSE;
  }
  if (said->bad_key != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "key %s: %s", said->bad_key, reason_of (said->bad_reason));
    return FALSE;
  }
  mado_pgp_error_set (error, problem, "seal");
  if (error != NULL && *error != NULL) /* the team's own key is never the mail's fault */
    (*error)->code = MADO_ERROR_TEMP;
  return FALSE;
}

/* Runs @job; once more when it failed and the agent had to be started anew. */
static gboolean
run (MadoSealer *sealer, const Job *job, Said *said, GBytes **out, GError **error)
{
  gpgme_error_t problem;

  if (!mado_pgp_home_refresh (sealer->home, error))
    return FALSE;
  problem = run_once (sealer, job, said, out);
  if (problem == 0)
    return TRUE;
  if (said->bad_key != NULL)
    return set_problem (said, problem, error);
  if (!mado_pgp_home_check_agent (sealer->home, error))
    return FALSE;
  problem = run_once (sealer, job, said, out);
  return problem == 0 || set_problem (said, problem, error);
}

/* Why @key cannot sign for the team; NULL when it can. */
static const char *
fault_of (gpgme_key_t key)
{
  if (key == NULL)
    return "not in the keyring";
  if (key->revoked)
    return "revoked";
  if (key->expired)
    return "expired";
  return key->can_sign ? NULL : "cannot sign";
}

static gboolean
load_key (MadoSealer *sealer, GError **error)
{
  gpgme_error_t problem = gpgme_get_key (sealer->context, sealer->fingerprint, &sealer->key, 0);

  if (problem != 0 && gpgme_err_code (problem) != GPG_ERR_EOF)
    return mado_pgp_error_set (error, problem, "team key");
  if (fault_of (sealer->key) != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key %s: %s", sealer->fingerprint, fault_of (sealer->key));
    return FALSE;
  }
  return TRUE;
}

static gboolean
try_key (MadoSealer *sealer, GError **error)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("trial\r\n", 7);
  g_autoptr (GBytes) signature = NULL;
  g_auto (Said) said = { 0 };
  Job job = { .kind = JOB_SIGN, .bytes = nothing };
  gint64 start = g_get_monotonic_time ();
  gpgme_error_t problem = run_once (sealer, &job, &said, &signature);

  sealer->trial_us = g_get_monotonic_time () - start;
  switch (gpgme_err_code (problem)) {
  case GPG_ERR_NO_ERROR:
    return TRUE;
  case GPG_ERR_NO_SECKEY:
  case GPG_ERR_UNUSABLE_SECKEY:
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key %s: the agent has no usable secret key for it",
                 sealer->fingerprint);
    return FALSE;
  case GPG_ERR_NO_PIN_ENTRY:
  case GPG_ERR_BAD_PASSPHRASE:
  case GPG_ERR_CANCELED:
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key %s: its passphrase is not in the agent",
                 sealer->fingerprint);
    return FALSE;
  default:
    if (said.trouble != NULL) {
      g_propagate_prefixed_error (error, g_steal_pointer (&said.trouble), "trial signature: ");
      return FALSE;
    }
    return mado_pgp_error_set (error, problem, "trial signature");
  }
}

MadoSealer *
mado_sealer_new (MadoPgpHome *home, const char *fingerprint, GError **error)
{
  g_autoptr (MadoSealer) sealer = g_new0 (MadoSealer, 1);

  if (fingerprint == NULL || *fingerprint == '\0') {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key is not set: nothing can be signed");
    return NULL;
  }
  sealer->home = home;
  sealer->fingerprint = g_strdup (fingerprint);
  sealer->context = mado_pgp_context_new (mado_pgp_home_path (home), error);
  if (sealer->context == NULL || !load_key (sealer, error) || !try_key (sealer, error))
    return NULL;
  return g_steal_pointer (&sealer);
}

void
mado_sealer_free (MadoSealer *sealer)
{
  if (sealer == NULL)
    return;
  if (sealer->key != NULL)
    gpgme_key_unref (sealer->key);
  mado_pgp_context_free (sealer->context);
  mado_public_key_clear (&sealer->public_key);
  g_free (sealer->fingerprint);
  g_free (sealer);
}

gint64
mado_sealer_trial_us (const MadoSealer *sealer)
{
  return sealer->trial_us;
}

gboolean
mado_sealer_sign (MadoSealer *sealer, GBytes *bytes, GBytes **signature, char **micalg, GError **error)
{
  g_auto (Said) said = { 0 };
  Job job = { .kind = JOB_SIGN, .bytes = bytes };
  const char *hash;

  if (!run (sealer, &job, &said, signature, error))
    return FALSE;
  hash = gpgme_hash_algo_name ((gpgme_hash_algo_t) said.hash);
  if (hash == NULL) {
    g_clear_pointer (signature, g_bytes_unref);
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "seal: no signature was made");
    return FALSE;
  }
  {
    g_autofree char *lower = g_ascii_strdown (hash, -1);
    *micalg = g_strconcat ("pgp-", lower, NULL);
  }
  return TRUE;
}

gint64
mado_sealer_key_expires (const MadoSealer *sealer)
{
  return MAX (0, sealer->key->subkeys->expires);
}

gboolean
mado_sealer_clear_sign (MadoSealer *sealer, GBytes *text, GBytes **signed_text, GError **error)
{
  g_auto (Said) said = { 0 };
  Job job = { .kind = JOB_CLEAR_SIGN, .bytes = text };

  return run (sealer, &job, &said, signed_text, error);
}

static gboolean
is_fingerprint (const char *text)
{
  gsize length = strlen (text);

  return (length == 40 || length == 64) && strspn (text, "0123456789abcdefABCDEF") == length;
}

/* Is it the team's own key that cannot be encrypted to (any more)? */
static gboolean
is_ours_to_mend (const MadoSealer *sealer, const MadoSealTo *to, const Said *said)
{
  return to->to_team_too && said->bad_key != NULL && g_ascii_strcasecmp (said->bad_key, sealer->fingerprint) == 0
         && g_ascii_strcasecmp (to->fingerprint, sealer->fingerprint) != 0;
}

gboolean
mado_sealer_sign_encrypt (MadoSealer *sealer, GBytes *bytes, const MadoSealTo *to, GBytes **armoured, GError **error)
{
  g_autofree char *path = g_build_filename (mado_pgp_home_path (sealer->home), "recipient.key", NULL);
  g_auto (Said) said = { 0 };
  const MadoSealTo alone = { to->fingerprint, to->block, FALSE, to->others };
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  Job job = { JOB_SIGN_ENCRYPT, bytes, to, to->block != NULL ? path : NULL, others };
  g_autoptr (GError) problem = NULL;
  gboolean worked;

  gboolean is_clear = is_fingerprint (to->fingerprint);
  for (gsize i = 0; to->others != NULL && to->others[i] != NULL; i++) {
    is_clear = is_clear && is_fingerprint (to->others[i]);
    g_ptr_array_add (others, (gpointer) to->others[i]);
  }
  if (!is_clear) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "the recipient's key is not given by fingerprint");
    return FALSE;
  }
  if (to->block != NULL && !mado_fsio_replace (path, to->block, 0600, error))
    return FALSE;
  worked = run (sealer, &job, &said, armoured, &problem);
  if (!worked && is_ours_to_mend (sealer, to, &said)) { /* nobody else's key is to blame, and nobody waits for ours */
    mado_log (MADO_LOG_WARNING, NULL, "not-to-team", "key=%s why=\"%s\"", sealer->fingerprint, reason_of (said.bad_reason));
    g_clear_error (&problem);
    job.to = &alone;
    worked = run (sealer, &job, &said, armoured, &problem);
  }
  if (to->block != NULL)
    unlink (path);
  if (!worked)
    g_propagate_error (error, g_steal_pointer (&problem));
  return worked;
}

/* Drops the key that gpg would not encrypt to. FALSE: it is none of @also. */
static gboolean
drop_bad (GPtrArray *also, const Said *said)
{
  for (guint i = 0; said->bad_key != NULL && i < also->len; i++)
    if (g_ascii_strcasecmp (also->pdata[i], said->bad_key) == 0) {
      mado_log (MADO_LOG_INFO, NULL, "not-wrapped-to", "key=%s why=\"%s\"", said->bad_key, reason_of (said->bad_reason));
      g_ptr_array_remove_index (also, i);
      return TRUE;
    }
  return FALSE;
}

gboolean
mado_sealer_wrap (MadoSealer *sealer, GBytes *bytes, const char *const *also, GBytes **armoured, GError **error)
{
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  const MadoSealTo team = { sealer->fingerprint, NULL, FALSE, NULL };
  g_auto (Said) said = { 0 };
  Job job = { JOB_SIGN_ENCRYPT, bytes, &team, NULL, others };
  g_autoptr (GError) problem = NULL;

  for (; also != NULL && *also != NULL; also++)
    if (is_fingerprint (*also))
      g_ptr_array_add (others, (gpointer) *also);
  while (!run (sealer, &job, &said, armoured, &problem)) {
    if (!drop_bad (others, &said)) {
      if (said.bad_key != NULL)
        problem->code = MADO_ERROR_CONF; /* nobody's mail is to blame */
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
    g_clear_error (&problem);
  }
  return TRUE;
}

MadoPgpHome *
mado_sealer_home (const MadoSealer *sealer)
{
  return sealer->home;
}

gboolean
mado_sealer_public_key (MadoSealer *sealer, const char *address, const MadoPublicKey **key, GError **error)
{
  g_autofree char *path = g_build_filename (mado_pgp_home_path (sealer->home), "pubring.kbx", NULL);
  MadoPgpProgram program = mado_pgp_program_of (sealer->context);
  struct stat ring = { 0 }, *was = &sealer->ring;

  if (!mado_pgp_home_refresh (sealer->home, error))
    return FALSE;
  stat (path, &ring);
  if (sealer->public_key.armoured == NULL || ring.st_ino != was->st_ino || ring.st_size != was->st_size
      || ring.st_mtim.tv_sec != was->st_mtim.tv_sec || ring.st_mtim.tv_nsec != was->st_mtim.tv_nsec) {
    mado_public_key_clear (&sealer->public_key);
    if (!mado_public_key_export (&program, sealer->fingerprint, address, !sealer->key->subkeys->can_sign, &sealer->public_key,
                                 error))
      return FALSE;
    *was = ring;
  }
  *key = &sealer->public_key;
  return TRUE;
}
