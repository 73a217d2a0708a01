/* indicator-version.c: see indicator-version.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-version.h"

#include <string.h>

#define FIRST_MAX 25 /* few programs have come further, and few attackers' networks begin lower */

/* Words that say it by themselves. */
static const char *const words[] = { "version", "versions", "ver", "vers", "v", "rev", "revision", "release", "build", "firmware", "oid", "rel",
                                     "section", "patch", NULL };
static const char *const wide[] = { "バージョン", "ヴァージョン", "版", "ファームウェア", "ファームウエア", "ビルド", "リリース", "リビジョン", NULL };

/* Programs that people report about. */
static const char *const programs[] = {
  "openssl", "openssh", "libressl", "gnutls", "nginx", "apache", "httpd", "tomcat", "jetty", "iis", "lighttpd", "haproxy", "squid", "varnish",
  "php", "python", "perl", "ruby", "java", "jre", "jdk", "node", "nodejs", "golang", "dotnet", "rails", "django", "laravel",
  "bind", "unbound", "dnsmasq", "postfix", "exim", "sendmail", "dovecot", "roundcube", "zimbra", "exchange",
  "mysql", "mariadb", "postgresql", "postgres", "mongodb", "redis", "memcached", "elasticsearch", "sqlite", "oracle",
  "wordpress", "drupal", "joomla", "typo3", "moodle", "magento", "phpmyadmin", "movabletype", "confluence", "jira", "jenkins", "gitlab", "gitea",
  "struts", "struts2", "log4j", "spring", "weblogic", "websphere", "jboss", "solr", "activemq", "kafka", "grafana", "nagios", "zabbix",
  "chrome", "chromium", "firefox", "safari", "edge", "opera", "thunderbird", "outlook", "office", "acrobat", "reader", "flash", "adobe",
  "kernel", "linux", "windows", "macos", "android", "ios", "ubuntu", "debian", "centos", "freebsd", "samba", "curl", "libcurl", "wget",
  "libxml2", "zlib", "glibc", "openvpn", "wireguard", "strongswan", "fortios", "fortigate", "forticlient", "junos", "pan-os", "esxi", "vcenter",
  "vmware", "citrix", "netscaler", "sharepoint", "veeam", "7-zip", "winrar", "putty", "teamviewer", "anydesk", "zoom", "plugin", "package",
  "library", "module", "プラグイン", "ライブラリ", "パッケージ", "モジュール", "カーネル", NULL
};

/* Behind a version. */
static const char *const later[] = { "or earlier", "or later", "or below", "or older", "or newer", "or prior", "and earlier", "and later", "and below", "and older",
                                     "and newer", "and prior", "以前", "以降", "未満", "以下", "以上", "より前", "より後", "系", NULL };
/* Before one. */
static const char *const towards[] = { "fixed in", "prior to", "upgrade to", "upgraded to", "update to", "updated to", "upgrade from", "update from", NULL };

static gboolean
starts_with_any (const char *text, gsize size, const char *const *list)
{
  for (gsize i = 0; list[i] != NULL; i++) {
    gsize length = strlen (list[i]);
    if (length <= size && g_ascii_strncasecmp (text, list[i], length) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
ends_with_any (const char *text, const char *const *list)
{
  for (gsize i = 0; list[i] != NULL; i++)
    if (g_str_has_suffix (text, list[i]))
      return TRUE;
  return FALSE;
}

/* Is the last word of @text, which is one of its own, in @list? */
static gboolean
ends_with_word (const char *text, const char *const *list)
{
  gsize end = strlen (text);

  for (gsize i = 0; list[i] != NULL; i++) {
    gsize length = strlen (list[i]);
    char before = length < end ? text[end - length - 1] : ' ';
    if (length <= end && memcmp (text + end - length, list[i], length) == 0 && !g_ascii_isalnum (before))
      return TRUE;
  }
  return FALSE;
}

/* Could it be one? A client's address in a log has a port, a dash or a bracket behind it. */
static gboolean
may_be_version (const char *after, gsize size, const MadoIp *ip)
{
  if (ip->bytes[0] > FIRST_MAX || mado_ip_kind (ip) == MADO_IP_PRIVATE)
    return FALSE;
  if (size > 0 && strchr (":/]@", after[0]) != NULL)
    return FALSE;
  return !(size >= 2 && after[0] == ' ' && strchr ("-[:", after[1]) != NULL) && !(size >= 5 && g_ascii_strncasecmp (after, " port", 5) == 0);
}

gboolean
mado_version_is (const char *before, const char *after, gsize size, const MadoIp *ip)
{
  g_autofree char *front = g_strdup (before);
  gsize end = strlen (front);
  gsize spaces = 0;

  if (end >= 2 && front[end - 1] == '/' && g_ascii_isalpha (front[end - 2])) /* "Chrome/9.9.1.1" */
    return TRUE;
  while (end > 0 && strchr (" :=.\t\"'#(-", front[end - 1]) != NULL)
    front[--end] = '\0';
  if (ends_with_word (front, words) || ends_with_any (front, wide))
    return TRUE;
  if (!may_be_version (after, size, ip))
    return FALSE;
  while (spaces < size && after[spaces] == ' ')
    spaces++;
  return ends_with_word (front, programs) || ends_with_word (front, towards) || starts_with_any (after + spaces, size - spaces, later);
}

gboolean
mado_version_goes_on (const char *between, gsize size)
{
  static const char *const signs[] = { ",", "、", "and", "or", ", and", ", or", "&", "〜", "～", "~", "-", "to", "から", "及び", "および",
                                       "と", "through", "/", ";", NULL };

  while (size > 0 && *between == ' ') {
    between++;
    size--;
  }
  while (size > 0 && between[size - 1] == ' ')
    size--;
  for (gsize i = 0; signs[i] != NULL; i++)
    if (strlen (signs[i]) == size && memcmp (between, signs[i], size) == 0)
      return TRUE;
  return FALSE;
}
