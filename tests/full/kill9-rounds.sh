#!/bin/bash
# The crash rounds at full length: ten rounds of 300 mails (tests/crash/kill9.py runs two short ones in make check).
ROUNDS=${ROUNDS:-10} MAILS=${MAILS:-300} exec python3 "$MADO_SRC/tests/crash/kill9.py"
