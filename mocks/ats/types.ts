/**
 * The failures of ATS Organization API 1.0.0, operation by operation.
 *
 * Written by `failpath types --contract openapi.yaml --out <this file>`: change the contract, and have this written again.
 */
export interface Api {
  /** POST /v1/organizations/{organization_id}/works/init: Open the registration of a work */
  initWork: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json, malformed Idempotency-Key, Idempotency-Key reused. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 Title required. Cause: blank. Retry: never. */
      'registration.title_required': AnyDetails;
      /** 422 File name required. Cause: empty. Retry: never. */
      'registration.filename_required': AnyDetails;
      /** 422 Creators required. Cause: empty. Retry: never. */
      'registration.creators_required': AnyDetails;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 422 | 503;
    examples: 'uploadSession' | Code<'initWork'>;
  };

  /** POST /v1/organizations/{organization_id}/works/prepare: Check and price a registration */
  prepareWork: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 403 Upload session of someone else. Cause: another organization. Retry: never. */
      'registration.upload_session_forbidden': AnyDetails;
      /** 404 Upload session not found. Causes: never existed, expired, consumed, of another path. Retry: never. */
      'registration.upload_session_not_found': AnyDetails;
      /** 413 Audio too large. Cause: over the maximum. Retry: never. */
      'registration.audio_too_large': RegistrationAudioTooLarge;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 Audio empty. Causes: zero bytes, nothing uploaded. Retry: never. */
      'registration.audio_empty': AnyDetails;
      /** 422 Commitment invalid. Cause: own commitment refused. Retry: never. */
      'registration.commitment_invalid': AnyDetails;
      /** 422 Dry run failed. Cause: refused by the chain. Retry: never. */
      'registration.dry_run_failed': RegistrationDryRunFailed;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 404 | 413 | 422 | 503;
    examples: 'registrationQuote' | Code<'prepareWork'>;
  };

  /** POST /v1/organizations/{organization_id}/works/confirm: Pay for a registration and submit it */
  confirmWork: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 403 Quote of someone else. Cause: another organization. Retry: never. */
      'registration.prepared_forbidden': AnyDetails;
      /** 403 Forbidden. Cause: too few credits. Retry: never. */
      'common.forbidden': CommonForbidden;
      /** 404 Quote not found. Causes: never existed, expired, confirmed already, of another path. Retry: never. */
      'registration.prepared_not_found': AnyDetails;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 429 Quota exceeded. Cause: quota reached. Retry: when Retry-After says. */
      'common.quota_exceeded': CommonQuotaExceeded;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 404 | 422 | 429 | 503;
    examples: 'submission' | Code<'confirmWork'>;
  };

  /** POST /v1/organizations/{organization_id}/works/{ats_id}/versions/init: Open a version that keeps the audio */
  initVersion: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json, malformed Idempotency-Key, Idempotency-Key reused. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 403 Work of someone else. Cause: another organization. Retry: never. */
      'work.access_forbidden': AnyDetails;
      /** 404 Work not found. Cause: unknown. Retry: never. */
      'work.not_found': AnyDetails;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 Creators required. Cause: empty. Retry: never. */
      'registration.creators_required': AnyDetails;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 404 | 422 | 503;
    examples: 'versionJob' | Code<'initVersion'>;
  };

  /** POST /v1/organizations/{organization_id}/works/{ats_id}/versions/init-upload: Open a version with new audio */
  initVersionUpload: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json, malformed Idempotency-Key, Idempotency-Key reused. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 403 Work of someone else. Cause: another organization. Retry: never. */
      'work.access_forbidden': AnyDetails;
      /** 404 Work not found. Cause: unknown. Retry: never. */
      'work.not_found': AnyDetails;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 File name required. Cause: empty. Retry: never. */
      'registration.filename_required': AnyDetails;
      /** 422 Creators required. Cause: empty. Retry: never. */
      'registration.creators_required': AnyDetails;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 404 | 422 | 503;
    examples: 'uploadSession' | Code<'initVersionUpload'>;
  };

  /** POST /v1/organizations/{organization_id}/works/{ats_id}/versions/prepare: Check and price a version */
  prepareVersion: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 403 Work of someone else. Cause: another organization. Retry: never. */
      'work.access_forbidden': AnyDetails;
      /** 403 Upload session of someone else. Cause: another organization. Retry: never. */
      'registration.upload_session_forbidden': AnyDetails;
      /** 404 Work not found. Cause: unknown. Retry: never. */
      'work.not_found': AnyDetails;
      /** 404 Upload session not found. Causes: never existed, expired, consumed, of another path. Retry: never. */
      'registration.upload_session_not_found': AnyDetails;
      /** 413 Audio too large. Cause: over the maximum. Retry: never. */
      'registration.audio_too_large': RegistrationAudioTooLarge;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 Audio empty. Causes: zero bytes, nothing uploaded. Retry: never. */
      'registration.audio_empty': AnyDetails;
      /** 422 Commitment invalid. Cause: own commitment refused. Retry: never. */
      'registration.commitment_invalid': AnyDetails;
      /** 422 Dry run failed. Cause: refused by the chain. Retry: never. */
      'registration.dry_run_failed': RegistrationDryRunFailed;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 404 | 413 | 422 | 503;
    examples: 'versionQuote' | Code<'prepareVersion'>;
  };

  /** POST /v1/organizations/{organization_id}/works/{ats_id}/versions/confirm: Pay for a version and submit it */
  confirmVersion: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 403 Work of someone else. Cause: another organization. Retry: never. */
      'work.access_forbidden': AnyDetails;
      /** 403 Quote of someone else. Cause: another organization. Retry: never. */
      'registration.prepared_forbidden': AnyDetails;
      /** 403 Forbidden. Cause: too few credits. Retry: never. */
      'common.forbidden': CommonForbidden;
      /** 404 Work not found. Cause: unknown. Retry: never. */
      'work.not_found': AnyDetails;
      /** 404 Quote not found. Causes: never existed, expired, confirmed already, of another path. Retry: never. */
      'registration.prepared_not_found': AnyDetails;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 429 Quota exceeded. Cause: quota reached. Retry: when Retry-After says. */
      'common.quota_exceeded': CommonQuotaExceeded;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 404 | 422 | 429 | 503;
    examples: 'submission' | Code<'confirmVersion'>;
  };

  /** POST /v1/organizations/{organization_id}/api-keys: Create an API key */
  createApiKey: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer, an API key. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 404 Not found. Cause: unknown organization. Retry: never. */
      'common.not_found': CommonNotFound;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 Invalid name. Causes: empty, too long. Retry: never. */
      'api_key.invalid_name': AnyDetails;
      /** 422 Scopes required. Cause: empty. Retry: never. */
      'api_key.scopes_required': AnyDetails;
      /** 422 Unknown scope. Cause: not recognised. Retry: never. */
      'api_key.unknown_scope': ApiKeyUnknownScope;
      /** 422 Invalid webhook URL. Causes: no URL, not http(s). Retry: never. */
      'api_key.webhook_url_invalid': ApiKeyWebhookUrlInvalid;
      /** 429 Limit of keys reached. Cause: limit reached. Retry: never. */
      'api_key.limit_reached': ApiKeyLimitReached;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 404 | 422 | 429 | 503;
    examples: 'createdApiKey' | Code<'createApiKey'>;
  };

  /** GET /v1/organizations/{organization_id}/api-keys: List an organization's API keys */
  listApiKeys: {
    failures: {
      /** 401 Unauthorized. Causes: none, not Bearer, an API key. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 404 Not found. Cause: unknown organization. Retry: never. */
      'common.not_found': CommonNotFound;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 401 | 404 | 503;
    examples: 'apiKeyList' | Code<'listApiKeys'>;
  };

  /** DELETE /v1/organizations/{organization_id}/api-keys/{api_key_id}: Revoke an API key */
  revokeApiKey: {
    failures: {
      /** 401 Unauthorized. Causes: none, not Bearer, an API key. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 404 Not found. Causes: unknown organization, unknown key, key of another organization. Retry: never. */
      'common.not_found': CommonNotFound;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 401 | 404 | 503;
    examples: Code<'revokeApiKey'>;
  };

  /** POST /v1/organizations/{organization_id}/partner-sessions: Open a session for one external user */
  createPartnerSession: {
    failures: {
      /** 400 Bad request. Causes: not JSON, not application/json. Retry: never. */
      'common.bad_request': AnyDetails;
      /** 401 Unauthorized. Causes: none, not Bearer. Retry: never. */
      'common.unauthorized': AnyDetails;
      /** 401 Not an API key. Cause: wrong prefix. Retry: never. */
      'api_key.invalid_format': AnyDetails;
      /** 401 API key unknown. Cause: unknown token. Retry: never. */
      'api_key.not_found': AnyDetails;
      /** 401 API key revoked. Cause: revoked. Retry: never. */
      'api_key.revoked': AnyDetails;
      /** 403 API key of another organization. Cause: another organization. Retry: never. */
      'api_key.org_mismatch': AnyDetails;
      /** 403 Organization inactive. Causes: inactive, soft-deleted. Retry: never. */
      'api_key.org_inactive': AnyDetails;
      /** 403 Scope denied. Cause: missing scope. Retry: never. */
      'api_key.scope_denied': ApiKeyScopeDenied;
      /** 422 Validation failed. Causes: member absent, wrong type. Retry: never. */
      'common.validation_failed': CommonValidationFailed;
      /** 422 Invalid external user. Causes: empty, too long. Retry: never. */
      'session.invalid_external_user_ref': AnyDetails;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 400 | 401 | 403 | 422 | 503;
    examples: 'partnerSession' | Code<'createPartnerSession'>;
  };

  /** GET /v1/organizations/{organization_id}/external-users/{external_user_ref}/works: List the works of an external user */
  listExternalUserWorks: {
    failures: {
      /**
       * 401 Unauthorized. Causes: none, not Bearer, an API key, an administrator's session, malformed, unsigned, bad signature, expired.
       * Retry: never.
       */
      'common.unauthorized': AnyDetails;
      /** 403 Forbidden. Causes: another organization, another external user. Retry: never. */
      'common.forbidden': CommonForbidden;
      /**
       * 422 Validation failed. Causes: network absent, unknown network, first out of range, first no number, unknown cursor, cursor of
       * another list. Retry: never.
       */
      'common.validation_failed': CommonValidationFailed;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 401 | 403 | 422 | 503;
    examples: 'externalUserWorks' | 'noExternalUserWorks' | Code<'listExternalUserWorks'>;
  };

  /**
   * GET /v1/organizations/{organization_id}/external-users/{external_user_ref}/works/{work_id}/versions/{version}/download/{file}: Get a
   * URL to download a file of a version
   */
  downloadVersionFile: {
    failures: {
      /**
       * 401 Unauthorized. Causes: none, not Bearer, an API key, an administrator's session, malformed, unsigned, bad signature, expired.
       * Retry: never.
       */
      'common.unauthorized': AnyDetails;
      /** 403 Forbidden. Causes: another organization, another external user. Retry: never. */
      'common.forbidden': CommonForbidden;
      /** 403 Work of someone else. Causes: another organization, another external user, no external user. Retry: never. */
      'work.access_forbidden': AnyDetails;
      /** 404 Work not found. Cause: unknown. Retry: never. */
      'work.not_found': AnyDetails;
      /** 404 Not found. Causes: unknown version, unknown file. Retry: never. */
      'common.not_found': CommonNotFound;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 401 | 403 | 404 | 503;
    examples: 'download' | Code<'downloadVersionFile'>;
  };

  /** GET /v1/transactions/{transaction_id}: See how far a transaction is */
  getTransaction: {
    failures: {
      /** 404 Transaction not found. Cause: unknown. Retry: never. */
      'transaction.not_found': AnyDetails;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 404 | 503;
    examples: 'transactionSubmitting' | 'transactionCompleted' | 'transactionFailed' | Code<'getTransaction'>;
  };

  /** GET /v1/ws/transactions/{transaction_id}: Watch a transaction until its end */
  trackTransaction: {
    failures: {
      /** 404 Transaction not found. Cause: unknown. Retry: never. */
      'transaction.not_found': AnyDetails;
      /** 503 Service unavailable. Cause: upstream down. Retry: after backing off. */
      'common.service_unavailable': AnyDetails;
    };
    /** Those of its failures. */
    statuses: 404 | 503;
    examples: Code<'trackTransaction'>;
  };
}

/** The operations by their ids. */
export type OperationId = keyof Api;

/** The codes that an operation can answer; without one, all codes. */
export type Code<Id extends OperationId = OperationId> = { [Each in Id]: keyof Api[Each]['failures'] }[Id];

/** The details of a code; where operations differ, those of the operation. */
export type Details<Name extends Code, Id extends OperationId = OperationId> = {
  [Each in Id]: Name extends keyof Api[Each]['failures'] ? Api[Each]['failures'][Name] : never;
}[Id];

/** The names of the examples of an operation's answers. */
export type ExampleName<Id extends OperationId = OperationId> = Api[Id]['examples'];

/** Details to which the contract gives no shape. */
export type AnyDetails = Readonly<Record<string, unknown>>;

/**
 * Scope denied. The key lacks a scope that the operation needs; the details name it. Use a key that has it: the scopes of a key do not
 * change.
 */
export interface ApiKeyScopeDenied {
  /** The scope that the operation needs and the key lacks. */
  readonly required: string;
}

/**
 * Validation failed. A member of the body is absent, of the wrong type, or breaks a rule that has no code of its own, or a parameter of the
 * query does; the details say which. Correct the body or the query.
 */
export interface CommonValidationFailed {
  /** What is wrong, at least one entry. */
  readonly fields: readonly CommonValidationFailedField[];
}

/** One member that is wrong. */
export interface CommonValidationFailedField {
  /** Where the member is or should be (JSON pointer into the body; of a query, a slash and the name). */
  readonly pointer: string;
  /** What is wrong with it in words for people. */
  readonly message: string;
}

/**
 * Audio too large. The uploaded audio is larger than allowed; the details say how large it is and how large it may be. Start anew with a
 * smaller file.
 */
export interface RegistrationAudioTooLarge {
  /** The size of the uploaded audio in bytes. */
  readonly size_bytes: number;
  /** The largest size that is allowed in bytes. */
  readonly max_bytes: number;
}

/**
 * Dry run failed. The chain has refused the rehearsal of the submission; the details say why. Nothing has been submitted and nothing
 * debited. Remove the reason, then prepare again while the upload session lives.
 */
export interface RegistrationDryRunFailed {
  /** Why the chain refuses in words for people. */
  readonly reason: string;
}

/**
 * Forbidden. The request is understood and refused, typically because the organization has too few credits on the job's network to pay what
 * the quote says. Buy credits and confirm again while the quote binds.
 */
export interface CommonForbidden {
  /** The network whose credits do not suffice. */
  readonly network?: string;
  /** What the submission costs in credits. */
  readonly required_credits?: number;
  /** What the organization has in credits. */
  readonly available_credits?: number;
  /** The parameter of the path that a partner session is not for. */
  readonly parameter?: string;
}

/**
 * Quota exceeded. The organization has used up what it may submit free of charge; the details say how much that is and when it starts anew.
 * Only confirm on testnet can answer this. Wait for as long as Retry-After says, then go through all steps again, since the quote will have
 * expired.
 */
export interface CommonQuotaExceeded {
  /** How many submissions are free in the period. */
  readonly limit: number;
  /** How many submissions of the period have been used. */
  readonly used: number;
  /** When the next period starts (RFC 3339 in UTC). */
  readonly resets_at: string;
}

/** Not found. Something that the path names does not exist; the details say what. Correct the path. */
export interface CommonNotFound {
  /** The kind of thing that was not found: organization, api_key, version or file, for instance. */
  readonly resource: string;
}

/** Unknown scope. One of the scopes does not exist; the details repeat it. Correct or remove it. */
export interface ApiKeyUnknownScope {
  /** The scope that is not recognised. */
  readonly value: string;
}

/**
 * Invalid webhook URL. The webhook URL is not a URL, or not one of http or https; the details say what is wrong. Correct it, since it
 * cannot be changed once the key exists.
 */
export interface ApiKeyWebhookUrlInvalid {
  /** What is wrong with the URL in words for people. */
  readonly reason: string;
}

/**
 * Limit of keys reached. The organization has as many keys as it may have; the details say how many. Revoke one that is no longer needed.
 */
export interface ApiKeyLimitReached {
  /** How many keys the organization may have. */
  readonly max: number;
}
