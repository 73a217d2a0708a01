/* attachment.h: what a member should know before a file is opened: words for what its name, its label and its bytes
 * say about it. Nothing is unpacked, run or looked up. The flags, in this order (madoguchi(1) lists them, too):
 *
 *   executable                    runs when it is opened, by its bytes or by the end of its name
 *   double-extension              such a name that shows another ending before the real one ("a.pdf.exe")
 *   executable-in-document-name   runs by its bytes, and is named like a document
 *   type-mismatch                 the bytes are not what the label or the name says
 *   encrypted-archive             an archive or document that wants a password: no scanner saw inside
 *   executable-in-archive         a name in the archive that would run
 *   office-macros                 a document with macros
 *   disk-image                    mounted when it is opened, past the marks that systems put on files from outside
 *   rtl-name                      the name holds characters that turn the direction of writing
 *   odd-name                      the name holds what a file name should not: control or invisible characters, path
 *                                 separators, dots or blanks at its end
 */
#pragma once

#include "madoguchi/model/report.h"

/* Sets flags and detected_type of @part from its type, @name (nullable, decoded, not yet made visible) and @content. */
void mado_attachment_judge (MadoPart *part, const char *name, GBytes *content);
