/* site.h: the members' page: which path is what, and what all its parts share. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/web/http.h"
#include "madoguchi/web/known.h"

typedef struct {
  const MadoConf *conf;
  GHashTable *assets;         /* path -> MadoAsset (asset.h) */
  MadoKnown *known;           /* who was let in lately */
} MadoSite;

/* (transfer full) reads the page's files. @conf must outlive it. Errors: CONF. */
MadoSite *mado_site_new (const MadoConf *conf, GError **error);
void mado_site_free (MadoSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSite, mado_site_free)

/* What is served (http.h); its data is the site. */
extern const MadoHttpService mado_site_service;
