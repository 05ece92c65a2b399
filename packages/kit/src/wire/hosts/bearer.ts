import type { Authorization } from '../hosting.ts'
import { noCredentials } from './no-credentials.ts'

/** A token in the header that OAuth has for it. */
export function bearer(
  provider: string,
  token: () => string | Promise<string>,
): () => Authorization | Promise<Authorization> {
  const header = (value: string) => ({ authorization: `Bearer ${value}` })
  return () => {
    const given = token()
    if (typeof given === 'string') return header(given)
    return given.then(header, (cause: unknown) => {
      throw noCredentials(provider, cause)
    })
  }
}
