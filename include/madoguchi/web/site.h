/* site.h: the members' page: which path is what, and what all its parts share. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/web/http.h"
#include "madoguchi/web/known.h"

typedef struct {
  const MadoConf *conf;
  GHashTable *assets;         /* path -> MadoAsset (asset.h) */
  MadoKnown *known;           /* who was let in lately */
  GMutex reading;             /* held by who takes a large content apart: that takes several times its size in memory */
} MadoSite;

/* (transfer full) reads the page's files. @conf must outlive it. Errors: CONF. */
MadoSite *mado_site_new (const MadoConf *conf, GError **error);
void mado_site_free (MadoSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSite, mado_site_free)

/* What is served (http.h); its data is the site. Whoever is logged in may send much, and most where files are taken. */
extern const MadoHttpService mado_site_service;

/* Most bytes of any content, those with files included. */
gsize mado_site_most (const MadoConf *conf);
