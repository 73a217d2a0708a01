-- A whole dialogue: every step is answered, plaintext is refused at the end. (The words are for the script around this one
-- and for a real SMTP client to read: this version of miltertest does not see the text of a last reply.)
local conn = connect ()
envelope (conn, US)
plain (conn)
expect (conn, SMFIR_REPLYCODE, "eom")
mt.disconnect (conn)

-- An envelope that is not ours ends with its first header field: nothing more is wanted.
conn = connect ()
envelope (conn, OTHER)
mt.header (conn, "From", "alice@reporter.example")
expect (conn, SMFIR_ACCEPT, "a mail for others")
mt.disconnect (conn)

-- Mixed: looked at, and let pass; our mark goes in, foreign ones go out.
conn = connect ()
envelope (conn, US, OTHER)
header (conn, "X-Madoguchi-Door", "v=1; forged")
plain (conn)
expect (conn, SMFIR_CONTINUE, "mixed recipients")
if not mt.eom_check (conn, MT_HDRDELETE, "X-Madoguchi-Door") then
	fail ("the forged mark stays")
end
if not mt.eom_check (conn, MT_HDRINSERT, "X-Madoguchi-Door") then
	fail ("no mark of ours")
end
mt.disconnect (conn)

-- No header at all, no body at all.
conn = connect ()
envelope (conn, US, OTHER)
mt.eoh (conn)
expect (conn, SMFIR_CONTINUE, "eoh without a header")
mt.eom (conn)
expect (conn, SMFIR_CONTINUE, "eom without a body")
mt.disconnect (conn)

-- A recipient that is refused does not end the mail for the others.
conn = connect ()
mt.mailfrom (conn, "<>")
expect (conn, SMFIR_CONTINUE, "null sender")
mt.rcptto (conn, "<csirt+0000000000000000000000@example.org>")
expect (conn, SMFIR_REPLYCODE, "a word that we never gave away")
mt.rcptto (conn, "<" .. OTHER .. ">")
expect (conn, SMFIR_CONTINUE, "the next one")
mt.header (conn, "From", "x@y.example")
expect (conn, SMFIR_ACCEPT, "nothing of it is ours")
mt.disconnect (conn)
