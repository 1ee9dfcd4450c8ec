#!/usr/bin/env bash
# Registers a work with the ATS, and follows it to its end by polling. Nothing but bash, curl, sed and grep.
#
#   bash register.sh [base URL]
#
set -euo pipefail

# By default those of a `failpath mock` on this machine.
URL=${1:-${ATS_URL:-http://127.0.0.1:4010}}
API=$URL/v1/organizations/${ATS_ORGANIZATION:-ac71fe00-0000-4000-8000-000000000001}
# A key of yours; without it, the administrator's session creates one.
ADMIN=${ATS_ADMIN:-administrator-session-of-the-well-known-world}
TOKEN=${ATS_TOKEN:-}
# Where the clock of a mock is, such as http://127.0.0.1:4010/__admin/clock: it is moved, and nobody waits.
CLOCK=${ATS_CLOCK:-}
# The log of a mock's webhooks: curl cannot receive any. Empty for the API itself, which has no such log.
WEBHOOKS=${ATS_WEBHOOKS-$URL/__admin/webhooks}

fail() {
  echo "register.sh: $*" >&2
  exit 1
}

pause() {
  if [ -z "$CLOCK" ]; then sleep "$1"; else curl -sSf -o /dev/null -d "{\"seconds\": $1}" "$CLOCK/advance"; fi
}

# member NAME: the text or number of that name in $BODY; for more than this script needs, use a real parser.
member() {
  sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" <<<"$BODY"
}

# ask CURL-OPTION...: sets STATUS, BODY and, of an error, CODE: switch on that, never on the message. An upstream that is down is asked
# again when it said it may be.
ask() {
  local attempt answer wait
  for attempt in 1 2 3 4 5; do
    answer=$(curl -sS -i --suppress-connect-headers --max-time 30 "$@") || fail "no answer from $URL"
    STATUS=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' <<<"$answer")
    BODY=$(sed '1,/^.\{0,1\}$/d' <<<"$answer")
    CODE=$([ "$STATUS" -lt 300 ] || member code)
    [ "$CODE" = common.service_unavailable ] && [ "$attempt" -lt 5 ] || return 0
    wait=$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\).*/\1/p' <<<"$answer")
    echo "$STATUS $CODE; again in ${wait:=5} s"
    pause "$wait"
  done
}

# post STEP JSON [CURL-OPTION...]: as ask, with the key, below the organization.
post() {
  ask -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "$2" "${@:3}" "$API/$1"
}

succeeds() {
  [ "$STATUS" -lt 300 ] || fail "$1 is refused: $STATUS ${CODE:-without a code}: $BODY"
}

if [ -z "$TOKEN" ]; then
  # Nobody listens at that URL: the mock tries to deliver, and its log has what it has sent.
  TOKEN=$ADMIN
  post api-keys '{"name": "Example with curl", "scopes": ["works:register"], "webhook_url": "http://127.0.0.1:9/"}'
  succeeds api-keys
  TOKEN=$(member token)
  KEY=$API/api-keys/$(member id)
  echo "key $(member prefix)..."
  # Nobody else has use for this key.
  trap 'curl -sS -o /dev/null -X DELETE -H "Authorization: Bearer $ADMIN" "$KEY"' EXIT
fi

# One Idempotency-Key per work of yours, kept with it: whenever init is sent again within a day, it opens no second job.
CREATORS='[{"full_name": "Ada Example", "email": "ada@example.org",
  "roles": {"author": true, "composer": true, "arranger": false, "adapter": false}}]'
WORK="{\"network\": \"testnet\", \"title\": \"Harbour Lights\", \"filename\": \"harbour.wav\", \"creators\": $CREATORS}"
post works/init "$WORK" -H "Idempotency-Key: harbour-lights-$RANDOM$RANDOM$RANDOM"
succeeds init
JOB="{\"job_id\": \"$(member job_id)\"}"
echo "init: job $(member job_id)"

# The URL is the credential: no Authorization here. It is good once. For a file: -T harbour.wav, in the place of -X and --data-binary.
STORED=$(curl -sS -o /dev/null -w '%{http_code}' -X PUT -H 'Content-Type: audio/wav' --data-binary 'the bytes of it' "$(member upload_url)")
[ "$STORED" = 200 ] || fail "the upload is refused: $STORED"
echo 'upload: done'

post works/prepare "$JOB"
succeeds prepare
echo "prepare: $(member total_price_credits) credits, until $(member expires_at)"

post works/confirm "$JOB"
succeeds confirm
TRANSACTION=$(member transaction_id)
STATUS_URL=$(member status_url)
echo "confirm: transaction $TRANSACTION"

# A second confirm is refused, whoever sends it: so after a lost answer, this code says that the first may have been accepted.
post works/confirm "$JOB"
[ "$CODE" = registration.prepared_not_found ] || fail "the second confirm is $STATUS ${CODE:-}: $BODY"
echo "confirm again: $CODE, so it is confirmed or its quote has expired"

# Every 2 seconds, and every 10 once it takes longer than 30. Who knows the id may read: the key need not go there.
WAITED=0
while ask "$STATUS_URL"; do
  succeeds poll
  STEP=$(member current_step)
  echo "poll: $STEP"
  [ "$(member is_complete)" != true ] || break
  [ "$WAITED" -lt 600 ] || fail 'the transaction has not come to its end for 10 minutes'
  SECONDS_TO_WAIT=$((WAITED < 30 ? 2 : 10))
  pause "$SECONDS_TO_WAIT"
  WAITED=$((WAITED + SECONDS_TO_WAIT))
done
[ "$STEP" = completed ] || fail "the chain has refused the work: $(member error)"
echo "on chain: work $(member ats_id) in block $(member block_number)"

if [ -n "$WEBHOOKS" ]; then
  ask "$WEBHOOKS?transaction_id=$TRANSACTION"
  succeeds webhooks
  grep -q '"event": *"work_registered"' <<<"$BODY" || fail "there is no webhook of the work: $BODY"
  grep -q '"signature": *"t=[0-9]*,v1=[0-9a-f]\{64\}"' <<<"$BODY" || fail "the webhook is not signed: $BODY"
  echo 'webhook: work_registered, signed, in the log'
fi
