/* key-choice.c: see key-choice.h. Each thing that speaks against a key is one function and one sentence. */
#include "madoguchi/desk/key-choice.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define MAX_OFFERED 10 /* of one mail that are looked at */
#define MAX_TOLD 8     /* keys in one line of a thread */
#define CHANGED "changed: "

static const char *const ranks[] = { "signed", "pinned", "mapped", "certified", "known", "web-of-trust", "wkd", "vks", "dane",
                                     "directory", "autocrypt", "attached" };

static gsize
rank_of (const char *source)
{
  gsize rank = 0;

  while (rank < G_N_ELEMENTS (ranks) && g_strcmp0 (source, ranks[rank]) != 0)
    rank++;
  return rank;
}

gboolean
mado_key_choice_is_opportunistic (const char *source)
{
  return rank_of (source) >= rank_of ("autocrypt");
}

/* --- what a report brings ------------------------------------------------------------------------------- */

static MadoKeyCandidate *
add (GPtrArray *candidates, const char *source, const char *fingerprint, gboolean is_smime)
{
  MadoKeyCandidate *candidate = mado_key_candidate_new ();

  candidate->source = g_strdup (source);
  candidate->protocol = g_strdup (is_smime ? "smime" : "openpgp");
  candidate->fingerprint = g_strdup (fingerprint);
  g_ptr_array_add (candidates, candidate);
  return candidate;
}

/* What the address is known by, other than @fingerprint; NULL: nothing, or just that. */
static const char *
find_conflict (const GPtrArray *known, const char *fingerprint)
{
  const char *other = NULL;

  for (guint i = 0; i < known->len; i++) {
    const MadoKnownKey *key = known->pdata[i];
    if (g_strcmp0 (key->fingerprint, fingerprint) == 0)
      return NULL;
    other = key->fingerprint;
  }
  return other;
}

static void
refuse_changed (MadoKeyCandidate *candidate, const GPtrArray *known)
{
  const char *other = find_conflict (known, candidate->fingerprint);

  if (other != NULL && candidate->refused == NULL)
    candidate->refused = g_strdup_printf (CHANGED "the address is known by the key %s", other);
}

static gboolean
is_changed (const MadoKeyCandidate *candidate)
{
  return candidate->refused != NULL && g_str_has_prefix (candidate->refused, CHANGED);
}

/* (nullable) the S/MIME signature by the certificate @fingerprint. */
static const MadoSignature *
find_smime (const MadoReport *report, const char *fingerprint)
{
  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = report->layers->pdata[i];
    for (guint k = 0; layer->protocol == MADO_PROTOCOL_SMIME && k < layer->signatures->len; k++) {
      const MadoSignature *signature = layer->signatures->pdata[k];
      if (g_strcmp0 (signature->fingerprint, fingerprint) == 0)
        return signature;
    }
  }
  return NULL;
}

/* Of a certificate the keyring knows nothing: what the reader found out has to do. gpgsm looks at it again. */
static void
fill_certificate (MadoKeyCandidate *candidate, const MadoReport *report, const MadoSignature *signature)
{
  candidate->block = g_strdup (signature->certificates);
  candidate->is_present = candidate->can_encrypt = signature->certificates != NULL;
  candidate->names_address = report->signer->matches_from;
  if (report->signature == MADO_SIGNATURE_GOOD_UNTRUSTED && signature->vouched_by == NULL)
    candidate->refused = g_strdup ("its certificate leads to no authority that the team trusts");
}

/* Why the signature of @report makes nobody's key one to answer with; NULL: it may. */
static const char *
find_refusal (const MadoReport *report)
{
  switch (report->signature) {
  case MADO_SIGNATURE_PARTIAL:
    return "it signed only a part of the mail";
  case MADO_SIGNATURE_EXPIRED_SIGNATURE:
    return "its signature has expired";
  case MADO_SIGNATURE_EXPIRED_KEY:
    return "expired";
  case MADO_SIGNATURE_REVOKED_KEY:
    return "revoked";
  case MADO_SIGNATURE_GOOD:
  case MADO_SIGNATURE_GOOD_UNTRUSTED:
    return report->signer->validity == MADO_VALIDITY_NEVER ? "the team distrusts it, or another key is pinned for the address" : NULL;
  default:
    return "its signature could not be checked";
  }
}

static void
add_signer (GPtrArray *candidates, const MadoReport *report, const GPtrArray *known)
{
  const MadoSigner *signer = report->signer;
  const MadoSignature *smime;
  MadoKeyCandidate *candidate;

  if (signer == NULL || signer->fingerprint == NULL || report->signature == MADO_SIGNATURE_NONE
      || report->signature == MADO_SIGNATURE_BAD)
    return;
  smime = find_smime (report, signer->fingerprint);
  candidate = add (candidates, "signed", signer->fingerprint, smime != NULL);
  if (smime != NULL)
    fill_certificate (candidate, report, smime);
  if (candidate->refused == NULL)
    candidate->refused = g_strdup (find_refusal (report));
  refuse_changed (candidate, known);
}

/* Does @offered name @address? */
static gboolean
is_for (const MadoOfferedKey *offered, const char *address)
{
  if (offered->gossip || offered->protocol == MADO_PROTOCOL_SMIME)
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

static void
add_offered (GPtrArray *candidates, const MadoReport *report, const GPtrArray *known)
{
  guint count = 0;

  for (guint i = 0; i < report->keys_offered->len && count < MAX_OFFERED; i++) {
    const MadoOfferedKey *offered = report->keys_offered->pdata[i];
    MadoKeyCandidate *candidate;
    if (!is_for (offered, report->from->address))
      continue;
    candidate = add (candidates, g_strcmp0 (offered->source, "autocrypt") == 0 ? "autocrypt" : "attached", offered->fingerprint,
                     FALSE);
    candidate->block = g_strdup (offered->block);
    refuse_changed (candidate, known);
    count++;
  }
}

/* Whoever signed with a new key may have lost the old one; and whoever is not the one that we know shall not have others
 * get answers to what he wrote. */
static void
add_known (GPtrArray *candidates, const GPtrArray *known)
{
  gboolean has_changed = candidates->len > 0 && is_changed (candidates->pdata[0]);

  for (guint i = 0; i < known->len; i++) {
    const MadoKnownKey *key = known->pdata[i];
    MadoKeyCandidate *candidate;
    if (g_strcmp0 (key->protocol, "openpgp") != 0)
      continue;
    candidate = add (candidates, "known", key->fingerprint, FALSE);
    if (has_changed)
      candidate->refused = g_strdup ("this mail is signed with another key");
  }
}

GPtrArray *
mado_key_choice_gather (const MadoReport *report, const GPtrArray *known)
{
  GPtrArray *candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_candidate_free);

  if (report->from == NULL || report->from->address == NULL)
    return candidates;
  add_signer (candidates, report, known);
  add_known (candidates, known);
  add_offered (candidates, report, known);
  return candidates;
}

/* --- what speaks against a key -------------------------------------------------------------------------- */

typedef struct {
  const MadoKeyCandidate *key;
  gboolean may_smime;
  gint64 now;
} Facts;

static gboolean
is_own (const Facts *facts)
{
  return facts->key->is_own;
}

static gboolean
is_smime_unusable (const Facts *facts)
{
  return g_strcmp0 (facts->key->protocol, "smime") == 0 && !facts->may_smime;
}

static gboolean
is_too_new (const Facts *facts)
{
  return strlen (facts->key->fingerprint != NULL ? facts->key->fingerprint : "") == 64 && !facts->key->is_present;
}

static gboolean
is_missing (const Facts *facts)
{
  return !facts->key->is_present;
}

static gboolean
is_distrusted (const Facts *facts)
{
  return facts->key->is_distrusted;
}

static gboolean
is_displaced (const Facts *facts)
{
  return facts->key->is_displaced;
}

static gboolean
is_revoked (const Facts *facts)
{
  return facts->key->is_revoked;
}

static gboolean
is_expired (const Facts *facts)
{
  return facts->key->is_expired;
}

static gboolean
is_disabled (const Facts *facts)
{
  return facts->key->is_disabled;
}

static gboolean
is_mute (const Facts *facts)
{
  return !facts->key->can_encrypt || (facts->key->encrypts_until != 0 && facts->key->encrypts_until <= facts->now);
}

static gboolean
has_revoked_name (const Facts *facts)
{
  return !facts->key->names_address && facts->key->is_name_revoked;
}

static gboolean
has_other_name (const Facts *facts)
{
  return !facts->key->names_address;
}

/* The first one that speaks against it is told. */
static const struct {
  const char *reason;
  gboolean (*speaks_against) (const Facts *facts);
} rules[] = {
  { "it is our own key", is_own },
  { "the team has no certificate to answer in S/MIME with", is_smime_unusable },
  { "a version 6 key: the GnuPG here cannot use it", is_too_new },
  { "it could not be read, or is not in the keyring", is_missing },
  { "the team distrusts it", is_distrusted },
  { "another key is pinned for the address", is_displaced },
  { "revoked", is_revoked },
  { "expired", is_expired },
  { "disabled", is_disabled },
  { "it has no valid encryption subkey", is_mute },
  { "its user ID with the address is revoked", has_revoked_name },
  { "no user ID of it names the address", has_other_name },
};

/* NULL: nothing. */
static const char *
find_fault (const Facts *facts)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i].speaks_against (facts))
      return rules[i].reason;
  return facts->key->refused;
}

/* --- the choice ----------------------------------------------------------------------------------------- */

static int
compare (gconstpointer a, gconstpointer b)
{
  const MadoKeyCandidate *one = *(const MadoKeyCandidate *const *) a, *two = *(const MadoKeyCandidate *const *) b;
  gsize first = rank_of (one->source), second = rank_of (two->source);

  if (first != second)
    return first < second ? -1 : 1;
  return g_strcmp0 (one->fingerprint, two->fingerprint); /* the same facts, the same choice */
}

/* A key that comes by several ways stays where it ranks best; what speaks against a mail that came with it does not speak
 * against what is known without that mail. */
static void
unite (GPtrArray *candidates)
{
  for (guint i = 0; i < candidates->len; i++) {
    MadoKeyCandidate *first = candidates->pdata[i];
    for (guint k = candidates->len; k > i + 1; k--) {
      MadoKeyCandidate *again = candidates->pdata[k - 1];
      if (g_strcmp0 (first->fingerprint, again->fingerprint) != 0 || g_strcmp0 (first->protocol, again->protocol) != 0)
        continue;
      if (first->refused != NULL && again->refused == NULL && !mado_key_choice_is_opportunistic (again->source))
        continue;
      if (first->block == NULL)
        first->block = g_steal_pointer (&again->block);
      g_ptr_array_remove_index (candidates, k - 1);
    }
  }
}

const MadoKeyCandidate *
mado_key_choose (GPtrArray *candidates, gboolean may_smime, gint64 now)
{
  const MadoKeyCandidate *chosen = NULL;

  g_ptr_array_sort (candidates, compare);
  unite (candidates);
  for (guint i = 0; i < candidates->len; i++) {
    MadoKeyCandidate *candidate = candidates->pdata[i];
    Facts facts = { candidate, may_smime, now };
    const char *fault = find_fault (&facts);

    if (fault == NULL && rank_of (candidate->source) == G_N_ELEMENTS (ranks))
      fault = "nobody knows where it comes from";
    g_free (candidate->reason);
    candidate->reason = g_strdup (fault != NULL ? fault : chosen != NULL ? "another one was chosen" : "chosen");
    if (fault == NULL && chosen == NULL)
      chosen = candidate;
  }
  return chosen;
}

char *
mado_key_choice_describe (const GPtrArray *candidates, const MadoKeyCandidate *chosen)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (chosen != NULL && mado_key_choice_is_opportunistic (chosen->source))
    return g_strdup_printf ("The answer is encrypted opportunistically, to the key %s, which the mail itself offers (%s):"
                            " nobody vouches for it",
                            chosen->fingerprint, chosen->source);
  for (guint i = 0; chosen != NULL && i < candidates->len; i++)
    if (is_changed (candidates->pdata[i])
        && g_strcmp0 (((MadoKeyCandidate *) candidates->pdata[i])->fingerprint, chosen->fingerprint) == 0)
      return g_strdup_printf ("The answer is encrypted to the key %s (%s), though the sender was known by another one",
                              chosen->fingerprint, chosen->source);
  if (chosen != NULL)
    return NULL;
  if (candidates->len == 0)
    return NULL;
  g_string_append (text, "The answer goes without content, signed and not encrypted");
  for (guint i = 0; i < candidates->len && i < MAX_TOLD; i++) {
    const MadoKeyCandidate *candidate = candidates->pdata[i];
    g_string_append_printf (text, "%s %s key %s: %s", i == 0 ? ":" : ";", candidate->source, candidate->fingerprint,
                            candidate->reason);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
