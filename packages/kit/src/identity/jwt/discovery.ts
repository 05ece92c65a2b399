import { isObject } from '../../core/json-object.ts'
import { type Fetch, fetchJson, isSafeAddress } from './fetch-json.ts'

/**
 * Where an issuer says its keys are: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig. The document
 * must be the issuer's own, by its own name: another's would bring another's keys.
 *
 * @throws Error when there is none, or it names another issuer, or an address that is not safe.
 */
export async function discoverKeys(issuer: string, fetch: Fetch): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found = await fetchJson(url, fetch)
  const { issuer: named, jwks_uri: uri } = isObject(found) ? found : {}
  if (named !== issuer) throw new Error(`${url} is that of another issuer: ${JSON.stringify(named)}`)
  if (typeof uri !== 'string' || !isSafeAddress(uri)) throw new Error(`${url} names no https jwks_uri`)
  return uri
}
