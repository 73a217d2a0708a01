/* member.h: somebody of the team who may ask the keeper: madoguchi.member/1. A member is never deleted, since threads name
 * who did what; one who left has an end. */
#pragma once

#include "madoguchi/model/record.h"

/* The roles of the guides, and who runs the house. What each may: desk/permissions.h. */
typedef enum {
  MADO_MEMBER_POC, /* receives what comes in and hands it on */
  MADO_MEMBER_HANDLER,
  MADO_MEMBER_COMMANDER,
  MADO_MEMBER_RESEARCHER,
  MADO_MEMBER_NOTIFICATION, /* tells those who have to know */
  MADO_MEMBER_READER,
  MADO_MEMBER_ADMINISTRATOR,
  MADO_MEMBER_ROLES
} MadoMemberRole;

extern const char *const mado_member_role_names[]; /* NULL-terminated, in the order above */

typedef struct {
  char *login;       /* of the host: the kernel says who asks */
  char *name;        /* for people; NULL: none */
  char *fingerprint; /* of the own OpenPGP key: 40 or 64 digits in capitals; NULL: none */
  MadoMemberRole role;
  char **languages;
  gboolean on_duty;
  gint64 joined;
  gint64 left; /* 0: still a member */
} MadoMember;

MADO_DECLARE_RECORD (MadoMember, mado_member_record)

/* The role of that name, whatever its case; -1: none. */
int mado_member_role (const char *name);
