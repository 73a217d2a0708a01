/* record.h: how the plain structs of the model are made, freed, carried and shown.
 *
 * Each struct has one table of its fields. From that table come: allocation, freeing, the GVariant form
 * (an a{sv} that travels between roles and rests in the store; unknown keys are ignored and missing ones keep
 * their zero, so old and new versions read each other), the checks on what comes from another process
 * (every string and list has a maximum), and the JSON form of the contract (record-json.h).
 */
#pragma once

#include <glib.h>
#include <stddef.h>

typedef enum {
  MADO_FIELD_STRING, /* char *, UTF-8, NULL when unknown (JSON null)                            */
  MADO_FIELD_STRV,   /* char **, NULL-terminated, never NULL after _new                         */
  MADO_FIELD_BOOL,   /* gboolean                                                                */
  MADO_FIELD_INT,    /* gint64                                                                  */
  MADO_FIELD_TIME,   /* gint64, seconds since the epoch; 0 is unknown (JSON null, else RFC 3339) */
  MADO_FIELD_ENUM,   /* int, an index into names; a name "" is JSON null                        */
  MADO_FIELD_RECORD, /* pointer to a struct of type, NULL when there is none (JSON null)        */
  MADO_FIELD_LIST,   /* GPtrArray * of structs of type, never NULL after _new                   */
  MADO_FIELD_MAP     /* char **: name, value, name, value, NULL; a JSON object of strings       */
} MadoFieldKind;

typedef struct _MadoRecordType MadoRecordType;

typedef struct {
  const char *name;           /* the key, in the variant and in JSON */
  MadoFieldKind kind;
  gsize offset;
  gsize max;                  /* bytes of a string (and of each string of a STRV or MAP); 0: 4096 */
  gsize max_items;            /* members of a STRV, MAP or LIST; 0: 1000 */
  const char *const *names;   /* ENUM: NULL-terminated */
  const MadoRecordType *type; /* RECORD, LIST */
  gboolean is_internal;       /* not shown in JSON */
} MadoField;

struct _MadoRecordType {
  const char *name;
  const char *schema; /* e.g. "madoguchi.open/1": stands first in the JSON; NULL for inner records */
  gsize size;
  const MadoField *fields; /* ends with a row whose name is NULL */
};

/* (transfer full) a struct of @type, all zero but for empty lists. */
gpointer mado_record_new (const MadoRecordType *type);

/* Frees @record (nullable) and all it owns. */
void mado_record_free (const MadoRecordType *type, gpointer record);

/* (transfer full) a deep copy, of whatever length. */
gpointer mado_record_copy (const MadoRecordType *type, gconstpointer record);

/* Cuts strings and lists of @record down to their maxima (strings at a character), so that mado_record_from_variant ()
 * takes what was filled from hostile input. Returns whether anything was cut. */
gboolean mado_record_clamp (const MadoRecordType *type, gpointer record);

/* (transfer floating) @record as a{sv}. Zero fields are left out. */
GVariant *mado_record_to_variant (const MadoRecordType *type, gconstpointer record);

/* (transfer full) the struct in @variant. Errors: PERM when it is not a{sv} of the right types, a string is
 * not UTF-8 or an enum's name unknown; LIMIT when a maximum is exceeded. @variant need not be trusted. */
gpointer mado_record_from_variant (const MadoRecordType *type, GVariant *variant, GError **error);

/* (transfer full) @record as the bytes of its variant, and back: for files, memfds and database columns.
 * from_bytes checks normal form first. Errors: as above. */
GBytes *mado_record_to_bytes (const MadoRecordType *type, gconstpointer record);
gpointer mado_record_from_bytes (const MadoRecordType *type, GBytes *bytes, GError **error);

/* Row makers for the field tables. */
#define MADO_STRING(Type, field) { #field, MADO_FIELD_STRING, offsetof (Type, field) }
#define MADO_STRING_MAX(Type, field, bytes) { #field, MADO_FIELD_STRING, offsetof (Type, field), .max = (bytes) }
#define MADO_STRV(Type, field) { #field, MADO_FIELD_STRV, offsetof (Type, field) }
#define MADO_BOOL(Type, field) { #field, MADO_FIELD_BOOL, offsetof (Type, field) }
#define MADO_INT(Type, field) { #field, MADO_FIELD_INT, offsetof (Type, field) }
#define MADO_TIME(Type, field) { #field, MADO_FIELD_TIME, offsetof (Type, field) }
#define MADO_ENUM(Type, field, table) { #field, MADO_FIELD_ENUM, offsetof (Type, field), .names = (table) }
#define MADO_RECORD(Type, field, inner) { #field, MADO_FIELD_RECORD, offsetof (Type, field), .type = &(inner) }
#define MADO_LIST(Type, field, inner, most) \
  { #field, MADO_FIELD_LIST, offsetof (Type, field), .max_items = (most), .type = &(inner) }
#define MADO_MAP(Type, field) { #field, MADO_FIELD_MAP, offsetof (Type, field) }
#define MADO_FIELDS_END { NULL }

/* Declares TYPE *prefix_new (void), prefix_free (TYPE *), prefix_copy, prefix_to_variant and
 * prefix_from_variant over the table prefix_type, and g_autoptr (TYPE). */
#define MADO_DECLARE_RECORD(Type, prefix)                                                                      \
  extern const MadoRecordType prefix##_type;                                                                   \
  static inline G_GNUC_UNUSED Type *prefix##_new (void) { return mado_record_new (&prefix##_type); }           \
  static inline G_GNUC_UNUSED void prefix##_free (Type *record) { mado_record_free (&prefix##_type, record); } \
  static inline G_GNUC_UNUSED Type *prefix##_copy (const Type *record)                                         \
  {                                                                                                            \
    return mado_record_copy (&prefix##_type, record);                                                          \
  }                                                                                                            \
  static inline G_GNUC_UNUSED GVariant *prefix##_to_variant (const Type *record)                               \
  {                                                                                                            \
    return mado_record_to_variant (&prefix##_type, record);                                                    \
  }                                                                                                            \
  static inline G_GNUC_UNUSED Type *prefix##_from_variant (GVariant *variant, GError **error)                  \
  {                                                                                                            \
    return mado_record_from_variant (&prefix##_type, variant, error);                                          \
  }                                                                                                            \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, prefix##_free)
