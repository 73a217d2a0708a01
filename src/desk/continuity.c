/* continuity.c: see continuity.h. */
#include "madoguchi/desk/continuity.h"
#include "madoguchi/base/text.h"

#include <string.h>

void
mado_continuity_clear (MadoContinuity *continuity)
{
  g_clear_pointer (&continuity->warning, mado_key_warning_free);
  g_clear_pointer (&continuity->signs, mado_known_key_free);
  g_clear_pointer (&continuity->offers, mado_known_key_free);
}

/* Who speaks, as far as a signature over the whole mail tells. */
typedef struct {
  const char *fingerprint; /* NULL: nobody */
  const char *protocol;
  gboolean is_sound;       /* the mathematics came out right */
  gboolean is_good;        /* ... and neither key nor signature had expired or was revoked */
} Speaker;

static Speaker
find_speaker (const MadoReport *report)
{
  MadoSignatureStatus status = report->signature;
  Speaker speaker = { 0 };

  speaker.is_good = status == MADO_SIGNATURE_GOOD || status == MADO_SIGNATURE_GOOD_UNTRUSTED;
  speaker.is_sound = speaker.is_good || status == MADO_SIGNATURE_EXPIRED_SIGNATURE || status == MADO_SIGNATURE_EXPIRED_KEY
                     || status == MADO_SIGNATURE_REVOKED_KEY;
  if (!speaker.is_sound && status != MADO_SIGNATURE_UNKNOWN_KEY)
    return speaker;
  for (guint i = report->layers->len; i > 0 && speaker.fingerprint == NULL; i--) { /* the innermost one counts */
    const MadoLayer *layer = report->layers->pdata[i - 1];
    for (guint k = 0; layer->covers == MADO_COVERS_WHOLE && k < layer->signatures->len; k++) {
      const MadoSignature *signature = layer->signatures->pdata[k];
      if (signature->status != status || signature->fingerprint == NULL
          || (report->signer != NULL && g_strcmp0 (report->signer->fingerprint, signature->fingerprint) != 0))
        continue;
      speaker.fingerprint = signature->fingerprint;
      speaker.protocol = layer->protocol == MADO_PROTOCOL_SMIME ? "smime" : "openpgp";
      break;
    }
  }
  if (speaker.fingerprint == NULL) { /* facts of another version: nobody can be named */
    speaker.is_good = speaker.is_sound = FALSE;
  }
  return speaker;
}

static const MadoKnownKey *
find_protocol (const GPtrArray *known, const char *protocol)
{
  for (guint i = 0; i < known->len; i++) {
    const MadoKnownKey *key = known->pdata[i];
    if (g_strcmp0 (key->protocol, protocol) == 0)
      return key;
  }
  return NULL;
}

/* Is @fingerprint one that the address signs with? */
static const MadoKnownKey *
find_signing (const GPtrArray *known, const char *fingerprint)
{
  for (guint i = 0; i < known->len; i++) {
    const MadoKnownKey *key = known->pdata[i];
    if (g_strcmp0 (key->protocol, "offered") != 0 && g_strcmp0 (key->fingerprint, fingerprint) == 0)
      return key;
  }
  return NULL;
}

/* What the address signs with, of the same kind as @protocol (nullable) when there is one. */
static const MadoKnownKey *
expected (const GPtrArray *known, const char *protocol)
{
  const MadoKnownKey *key = protocol != NULL ? find_protocol (known, protocol) : NULL;

  if (key == NULL)
    key = find_protocol (known, "openpgp");
  return key != NULL ? key : find_protocol (known, "smime");
}

/* Has somebody of the house decided that this key speaks for the address? The Web of Trust is nobody's decision. */
static gboolean
is_accepted (const char *vouched_by)
{
  static const char *const decisions[] = { "pin", "map", "certified", "smime-chain", NULL };

  return vouched_by != NULL && g_strv_contains (decisions, vouched_by);
}

static gboolean
follows (const MadoSigner *signer, const GPtrArray *known)
{
  for (guint i = 0; signer->successor_of[i] != NULL; i++)
    if (find_signing (known, signer->successor_of[i]) != NULL)
      return TRUE;
  return FALSE;
}

static MadoKnownKey *
remember (const char *protocol, const char *fingerprint, const char *vouched_by)
{
  MadoKnownKey *key = mado_known_key_new ();

  key->protocol = g_strdup (protocol);
  key->fingerprint = g_strdup (fingerprint);
  key->vouched_by = g_strdup (vouched_by);
  return key;
}

static MadoKeyWarning *
warn (const char *kind, const MadoReport *report, const MadoKnownKey *known, const char *seen)
{
  MadoKeyWarning *warning = mado_key_warning_new ();

  warning->kind = g_strdup (kind);
  warning->address = g_strdup (report->from->address);
  warning->known = known != NULL ? g_strdup (known->fingerprint) : NULL;
  warning->since = known != NULL ? known->first_seen : 0;
  warning->seen = g_strdup (seen);
  return warning;
}

/* TRUE: the mail was signed by whom we know, or by whom the house accepts in his place. */
static gboolean
judge_signature (const MadoReport *report, const GPtrArray *known, const Speaker *speaker, MadoContinuity *continuity)
{
  const MadoSigner *signer = report->signer;
  const MadoKnownKey *key = expected (known, speaker->protocol);
  gboolean is_refused = speaker->is_good && signer != NULL && signer->validity == MADO_VALIDITY_NEVER;

  if (speaker->is_sound && find_signing (known, speaker->fingerprint) != NULL) {
    if (speaker->is_good && !is_refused)
      continuity->signs = remember (find_signing (known, speaker->fingerprint)->protocol, speaker->fingerprint,
                                    signer != NULL ? signer->vouched_by : NULL);
    return speaker->is_good && !is_refused;
  }
  if (is_refused && signer->matches_from) {
    continuity->warning = warn ("refused", report, key, speaker->fingerprint);
    return FALSE;
  }
  if (speaker->is_good && signer != NULL && !is_refused && signer->matches_from
      && (key == NULL || is_accepted (signer->vouched_by) || follows (signer, known))) {
    continuity->signs = remember (speaker->protocol, speaker->fingerprint, signer->vouched_by);
    return TRUE;
  }
  if (key != NULL)
    continuity->warning = warn (speaker->fingerprint != NULL ? "changed" : "unsigned", report, key, speaker->fingerprint);
  return FALSE;
}

/* Does @offered claim to be the sender's? */
static gboolean
is_offered_for (const MadoOfferedKey *offered, const char *address)
{
  if (offered->gossip || offered->protocol == MADO_PROTOCOL_SMIME) /* about others; not what we would answer with */
    return FALSE;
  if (g_strcmp0 (offered->source, "autocrypt") == 0) /* only taken when it is for the sender */
    return TRUE;
  for (guint i = 0; offered->user_ids[i] != NULL; i++) {
    const char *open = strrchr (offered->user_ids[i], '<');
    g_autofree char *inner = g_strdup (open != NULL ? open + 1 : offered->user_ids[i]);
    if (g_str_has_suffix (inner, ">"))
      inner[strlen (inner) - 1] = '\0';
    if (mado_text_same_address (inner, address))
      return TRUE;
  }
  return FALSE;
}

/* Is @offered no news: the key that the sender signs with, that he offered before, that the house accepts, or one that
 * he signed for just now? What stands in the outer header nobody signed. */
static gboolean
is_expected_offer (const MadoOfferedKey *offered, const GPtrArray *known, const Speaker *speaker, gboolean is_known_speaker)
{
  const MadoKnownKey *before = find_protocol (known, "offered");

  return is_accepted (offered->vouched_by) || find_signing (known, offered->fingerprint) != NULL
         || (before != NULL && g_strcmp0 (before->fingerprint, offered->fingerprint) == 0)
         || (is_known_speaker && (g_strcmp0 (offered->source, "autocrypt") != 0
                                  || g_strcmp0 (offered->fingerprint, speaker->fingerprint) == 0));
}

static void
judge_offers (const MadoReport *report, const GPtrArray *known, const Speaker *speaker, gboolean is_known_speaker,
              MadoContinuity *continuity)
{
  const MadoKnownKey *before = find_protocol (known, "offered"), *signing = expected (known, NULL);
  const MadoOfferedKey *first = NULL, *right = NULL;

  for (guint i = 0; i < report->keys_offered->len; i++) {
    const MadoOfferedKey *offered = report->keys_offered->pdata[i];
    if (!is_offered_for (offered, report->from->address))
      continue;
    if (first == NULL)
      first = offered;
    if (right == NULL && is_expected_offer (offered, known, speaker, is_known_speaker))
      right = offered;
  }
  if (first == NULL)
    return;
  if (right != NULL || (before == NULL && signing == NULL)) {
    const MadoOfferedKey *taken = right != NULL ? right : first;
    continuity->offers = remember ("offered", taken->fingerprint, taken->vouched_by);
    return;
  }
  if (continuity->warning == NULL)
    continuity->warning = warn ("offered", report, before != NULL ? before : signing, NULL);
  continuity->warning->offered = g_strdup (first->fingerprint);
}

void
mado_continuity_judge (const MadoReport *report, const GPtrArray *known, MadoContinuity *continuity)
{
  gboolean is_single = report->from != NULL && report->from->address != NULL && report->headers != NULL
                       && report->headers->from_count == 1;
  gboolean is_known_speaker;
  Speaker speaker;

  *continuity = (MadoContinuity) { 0 };
  if (!is_single || report->undecryptable != NULL)
    return;
  continuity->is_checked = TRUE;
  speaker = find_speaker (report);
  is_known_speaker = judge_signature (report, known, &speaker, continuity);
  judge_offers (report, known, &speaker, is_known_speaker, continuity);
}

char *
mado_continuity_describe (const MadoKeyWarning *warning, const char *queue_id)
{
  g_autofree char *since = warning->since != 0 ? mado_text_time (warning->since) : g_strdup ("-");
  g_autoptr (GString) text = g_string_new (NULL);
  const char *kind = warning->kind != NULL ? warning->kind : "";

  g_string_append_printf (text, "KEY WARNING: %.320s", warning->address);
  if (warning->known != NULL)
    g_string_append_printf (text, " is known by the key %s since %s", warning->known, since);
  if (strcmp (kind, "changed") == 0)
    g_string_append_printf (text, "; this mail (%s) is signed with another one, %s", queue_id, warning->seen);
  else if (strcmp (kind, "unsigned") == 0)
    g_string_append_printf (text, "; this mail (%s) has no sound signature", queue_id);
  else if (strcmp (kind, "refused") == 0)
    g_string_append_printf (text, "; this mail (%s) is signed with %s, which the team distrusts, or another key is pinned",
                            queue_id, warning->seen);
  else
    g_string_append_printf (text, "; this mail (%s) names another one", queue_id);
  if (warning->offered != NULL)
    g_string_append_printf (text, "; it offers the key %s to answer with", warning->offered);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
