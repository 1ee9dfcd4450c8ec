#!/bin/sh
# Drives a deployment through every failure of its error contract, and ends with failpath's exit code. For any CI that has a shell and Node.
#
#   FAILPATH_DEPLOYMENT=staging.yaml sh failpath.sh
#
# Everything is said by environment variables; an empty one says nothing. All options of `failpath verify` have one (see its --help), such as
#
#   FAILPATH_DEPLOYMENT   deployment file; the ${NAMES} in it are read from the environment. Without it and FAILPATH_URL, the embedded sandbox
#   FAILPATH_URL          address of a deployment that describes itself, such as a failpath mock
#   FAILPATH_START        a command that starts the deployment; it is ended with the run
#   FAILPATH_WAIT         how many seconds to wait until the deployment answers
#   FAILPATH_WAIT_FOR     an address, or a path of the deployment, that says with a 2xx that it is ready
#   FAILPATH_CONTRACT     the contract; by default openapi.yaml, else the ATS contract that comes with failpath
#   FAILPATH_SUITE        the failure paths; by default failpath.suite.js, if there is one
#   FAILPATH_POLICY       what has to be proven here, and what is waived until when
#   FAILPATH_SHARD        1/4: only this part; `failpath merge` puts the ledgers together
#   FAILPATH_TIMINGS      a ledger of an earlier run, by whose times a run is shared out; the same for every part
#   FAILPATH_OUT          folder of the reports (failpath-report)
#   FAILPATH_BUILD        what was built: its verdict is recorded for `failpath can-deploy`
#   FAILPATH_STORE        folder of the records
#
# and of this script:
#
#   FAILPATH_VERSION      version of the npm package; by default the project's own, where it is installed, else the newest
set -eu
exec npx --yes "failpath${FAILPATH_VERSION:+@$FAILPATH_VERSION}" verify --report html --report markdown
