import type { Reason } from '../errors.ts'

const START_AGAIN = 'Start a new authorization; a code is good once and for a minute.'
const CONNECT_AGAIN = 'Send the person through a new authorization.'
const ASK_OPERATOR = 'Ask whoever runs this server.'
const OUR_SIDE = 'Try again; if it stays, tell whoever runs this server when it happened.'
const KEEP_NEWEST =
  'Keep the refresh token of each answer in place of the one before, and let one process at a time refresh.'

/** What the developer of an app does about a refusal. A reason without a row does not compile. */
export const FIXES: Readonly<Record<Reason, string>> = {
  app_deleted: 'Register the app again, and use its new client_id.',
  app_suspended: ASK_OPERATOR,
  access_denied_by_person: 'Nothing: the person said no. Ask again only when they ask for it.',
  account_suspended: 'Nothing: this person cannot use any app at present.',
  account_unknown: 'Send the credential exactly as it was issued, whole and unchanged.',
  app_private: 'Make the app public, or have the other organization approve it.',
  body_malformed: 'Encode the body with URLSearchParams or the form encoding of your HTTP library.',
  body_too_large: 'Send only the parameters of the request.',
  client_authentication_ambiguous: 'Set one authentication method in your library, and leave the other out.',
  client_authentication_malformed: 'Send "Basic " and the base64 of client_id:client_secret, each form-encoded first.',
  client_authentication_method: 'Set token_endpoint_auth_method to none in your library; a public app has no secret.',
  client_id_missing: 'Send client_id in the body, or by HTTP Basic.',
  client_secret_missing: 'Send the secret by HTTP Basic or as client_secret; create one on the page of its secrets.',
  client_secret_wrong: 'Compare with the secrets of the app: it may have been deleted, have ended, or be cut off.',
  client_unknown: 'Copy client_id from the page of the app.',
  code_challenge_malformed: 'Send the base64url SHA-256 of the verifier, without padding.',
  code_challenge_method: 'Send code_challenge_method=S256; without it the default would be plain.',
  code_challenge_missing: 'Turn PKCE with S256 on in your library.',
  code_client_mismatch: 'Exchange the code as the app that asked for it.',
  code_expired: START_AGAIN,
  code_malformed: 'Send the code as the redirect brought it, whole and decoded once.',
  code_missing: 'Send the code that the redirect brought as code.',
  code_replayed:
    'Exchange each code once: look for a callback that runs twice, or a retry. The person must connect again.',
  code_unknown: START_AGAIN,
  code_verifier_malformed: 'Make the verifier of 32 random bytes in base64url: 43 characters.',
  code_verifier_mismatch: 'Keep the verifier beside the state, and send the one of this very authorization.',
  code_verifier_missing: 'Send the code_verifier whose challenge the authorization request had.',
  consent_ended: 'Send the person through the authorization endpoint again.',
  content_type: 'Send application/x-www-form-urlencoded; JSON is not taken here.',
  engine_refused: OUR_SIDE,
  grant_ended: CONNECT_AGAIN,
  grant_type_missing: 'Send grant_type=authorization_code or grant_type=refresh_token.',
  grant_type_unregistered: 'Add the grant type in the settings of the app.',
  grant_type_unsupported: 'Use one of grant_types_supported in the metadata of this server.',
  interaction_needed: 'Send the person without prompt=none: they have to sign in or to decide.',
  method_not_allowed: 'Use POST.',
  organization_missing: 'Ask the person to choose an organization, or its administrators to allow the app.',
  parameter_malformed: 'Compare the parameters with the documentation of the endpoint.',
  parameter_repeated: 'Send each parameter once.',
  prompt_invalid: 'Send none, login, consent or select_account; none stands alone.',
  redirect_uri_mismatch: 'Send the redirect_uri of the authorization request, character for character.',
  redirect_uri_missing: 'Send the redirect_uri of the authorization request.',
  redirect_uri_unregistered: 'Register it in the settings of the app, character for character.',
  refresh_token_client_mismatch: 'Refresh as the app that the token was issued to.',
  refresh_token_expired: CONNECT_AGAIN,
  refresh_token_malformed: 'Send the refresh token as it was issued: look for a column that is too short.',
  refresh_token_missing: 'Send the refresh token as refresh_token.',
  refresh_token_repeated_elsewhere: `Somebody else may have the token. ${KEEP_NEWEST}`,
  refresh_token_repeated_too_often: KEEP_NEWEST,
  refresh_token_reused: `${KEEP_NEWEST} The person must connect again.`,
  refresh_token_superseded: KEEP_NEWEST,
  refresh_token_unknown:
    'Look where the token was stored: it is not one that this grant has now. Otherwise connect again.',
  request_object: 'Send the parameters of the request as they are, without request and request_uri.',
  resource_mismatch: 'Send the resource that is expected, or leave it out.',
  resource_repeated: 'Ask for one API at a time.',
  resource_unknown: 'Ask whoever runs this server whether the API still exists.',
  response_type: 'Send response_type=code; implicit and hybrid answers do not exist here.',
  response_mode: 'Leave response_mode out, or send query.',
  scope_malformed: 'Separate the scopes by single spaces.',
  scope_missing: CONNECT_AGAIN,
  scope_of_two_resources: 'Ask for the scopes of each API in an authorization of its own.',
  scope_unregistered: 'Add the scopes in the settings of the app, or do not ask for them.',
  scope_not_granted: 'Ask only for scopes that the person granted; scope of the answer says which.',
  storage_unavailable: 'Try again in a few seconds.',
  token_missing: 'Send the token as token.',
  transaction_ended: START_AGAIN,
  unexpected: OUR_SIDE,
}

/** For a reason that was written down, perhaps by another version of this code. */
export function findFix(reason: string): string {
  return Object.hasOwn(FIXES, reason) ? FIXES[reason as Reason] : OUR_SIDE
}
