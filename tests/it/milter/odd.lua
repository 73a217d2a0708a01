-- Macros that nobody knows, huge headers, bodies in pieces, unknown commands.
local conn = connect ()
mt.macro (conn, SMFIC_MAIL, "i", "QUEUE\nID", "{unknown_macro}", string.rep ("x", 100))
envelope (conn, US)
mt.macro (conn, SMFIC_RCPT, "{nothing}", "")
for i = 1, 50 do
	header (conn, "X-Filler-" .. i, string.rep ("a", 1000))
end
header (conn, "Subject", "folded\n\tand\n\tfolded again")
mt.eoh (conn)
expect (conn, SMFIR_CONTINUE, "eoh")
for i = 1, 300 do
	mt.bodystring (conn, "a")
	expect (conn, SMFIR_CONTINUE, "one byte")
end
mt.bodystring (conn, string.rep ("0123456789abcdef\r\n", 3000))
expect (conn, SMFIR_CONTINUE, "a large piece")
mt.eom (conn)
expect (conn, SMFIR_REPLYCODE, "plaintext all the same")
mt.disconnect (conn)

-- A header above the limit is a structure that we do not read.
conn = connect ()
envelope (conn, US)
for i = 1, 150 do
	header (conn, "X-Filler-" .. i, string.rep ("a", 1000))
end
mt.eoh (conn)
expect (conn, SMFIR_CONTINUE, "eoh")
mt.eom (conn)
expect (conn, SMFIR_REPLYCODE, "header above the limit")
mt.disconnect (conn)

-- An armoured message whose marker is cut in the middle of a piece.
conn = connect ()
envelope (conn, US)
header (conn, "Subject", "inline")
mt.eoh (conn)
expect (conn, SMFIR_CONTINUE, "eoh")
for piece in ("-----BEGIN PGP|MESSAGE-----\r|\n\r\nhF4D|AAAA\r\n-----END PGP MESS|AGE-----\r\n"):gmatch ("[^|]+") do
	mt.bodystring (conn, piece == "MESSAGE-----\r" and " MESSAGE-----\r" or piece)
	expect (conn, SMFIR_CONTINUE, "piece")
end
mt.eom (conn)
expect (conn, SMFIR_CONTINUE, "in doubt, accepted")
mt.disconnect (conn)

-- An MTA that can do nothing but ask: no actions, no steps of a newer protocol.
conn = connect (0, 0)
envelope (conn, US, OTHER)
plain (conn)
expect (conn, SMFIR_CONTINUE, "an MTA that lets us change nothing")
mt.disconnect (conn)
