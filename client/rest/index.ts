/** What other folders use of this one. */
export { serverAnswers } from './answers.js';
export { type ConnectOptions, causeHeader, connect, type RestClient } from './connect.js';
export { authenticationHeaders, tlsOptions } from './credentials.js';
