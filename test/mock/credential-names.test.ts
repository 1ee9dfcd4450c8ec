import { expect } from 'chai';
import { isCredential, isCredentialParameter, wordsOf } from '../../mocks/credential-names.js';

const HIDDEN = (
  'Authorization proxy-authorization Cookie Set-Cookie password passwd pwd token secret signature sig api_key apiKey X-API-Key apikey ' +
  'private_key privateKey code_verifier codeVerifier x-amz-date X-Amz-Credential accessToken refreshToken clientSecret idToken sessionToken ' +
  'authToken secretKey newPassword passwordConfirmation password_confirmation passphrase jwt pin userPin credentials credential tokens ' +
  'secrets x-auth x-access-key x-session-id x-csrf X-CSRFToken X-XSRF-TOKEN session session_id sessionId JSESSIONID PHPSESSID auth otp totp ' +
  'otp_code bearer access_key accessKey AccessKey SECRET_KEY accesstoken clientsecret idtoken authtoken xAuthToken webhook_secret_base64 ' +
  'webhookSecretBase64 db_pass pass passcode cvv authorization_code authCode client_assertion secret_id signing_key user[password] tokens[0] ' +
  'tokens[] credentials.pass secret.value user.password next_page_token api_keys oauth_token myOldPassword recovery_code seed_phrase ' +
  'ACCESS-TOKEN upload_token Upload-Signature ' +
  `${'x'.repeat(300)}_token`
).split(' ');
const SHOWN = (
  'Idempotency-Key idempotencyKey api_key_id apiKeyId access_key_id api_key.revoked api_key.unknown_scope token_count max_tokens maxTokens ' +
  'total_tokens tokens_used token_type tokenType token_id token_expires_at expires_in password_length author authors author_id authority ' +
  'www-authenticate oauth_provider auth_method key keys public_key code status_code __code __error __seed title name spine pinned passage ' +
  'compass passenger secretary tokenize cookie_policy session_count x-session-status signed design monkey keyboard hotkey cursor page next ' +
  'request_id x-request-id traceparent filename network commitment job_id prefix scopes webhook_url content-type accept user-agent host ' +
  'constructor __proto__ hasOwnProperty'
).split(' ');

describe('mock: names of credentials', () => {
  it('are known in whatever case they are written', () => {
    for (const name of HIDDEN) expect(isCredential(name), name).to.equal(true);
  });

  it('are not what describes a credential, chooses an answer, or only looks alike', () => {
    for (const name of ['', '-', '[]', '.', ...SHOWN]) expect(isCredential(name), name).to.equal(false);
  });

  it('are more in a URL than elsewhere', () => {
    for (const name of ['key', 'KEY', 'code', 'token']) expect(isCredentialParameter(name), name).to.equal(true);
    for (const name of ['__code', 'public_key', 'status_code', 'keys']) expect(isCredentialParameter(name), name).to.equal(false);
  });

  it('fall apart into words', () => {
    expect(wordsOf('X-CSRFToken')).to.deep.equal(['x', 'csrf', 'token']);
    expect(wordsOf('nextPageToken')).to.deep.equal(['next', 'page', 'token']);
    expect(wordsOf('accesskey2Id')).to.deep.equal(['accesskey2', 'id']);
  });

  it('are decided alike however many names were asked for', () => {
    for (let number = 0; number < 5_000; number++) isCredential(`name${number}`);
    expect([isCredential('accessToken'), isCredential('name1')]).to.deep.equal([true, false]);
  });
});
