/* site.h: the members' page: which path is what, and what all its parts share. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/web/http.h"

typedef struct {
  const MadoConf *conf;
  GHashTable *assets;         /* path -> MadoAsset (asset.h) */
  const char *trusted_header; /* (nullable) [web] trusted-header */
} MadoSite;

/* (transfer full) reads the page's files. @conf must outlive it. Errors: CONF. */
MadoSite *mado_site_new (const MadoConf *conf, GError **error);
void mado_site_free (MadoSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSite, mado_site_free)

/* A MadoHttpHandler; its data is the site. */
MadoHttpAnswer *mado_site_answer (const MadoHttpRequest *request, gpointer site);

/* A MadoHttpTrust; its data is the site: whoever is logged in may send much. */
gboolean mado_site_trusts (const MadoHttpRequest *request, gpointer site);
