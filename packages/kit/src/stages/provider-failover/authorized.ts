import type { Authorization } from '../../wire/hosting.ts'
import type { Provider } from '../../wire/routes.ts'
import { byName, setHeader } from './flat-headers.ts'

/** What a host signs, or gives a token for. */
export interface Unauthorized {
  readonly origin: string
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer
  readonly provider: Provider
}

/** With the headers that its host asks for, in place of a key; at once where nothing has to be waited for. */
export function authorized<Call extends Unauthorized>(call: Call): Call | Promise<Call> {
  const { origin, path, headers, body, provider } = call
  const { hosting, apiKey } = provider
  if (!hosting?.authorize) return call
  const given = hosting.authorize({ method: 'POST', origin, path, headers: byName(headers), body, apiKey })
  return given instanceof Promise
    ? given.then((authorization) => withHeaders(call, authorization))
    : withHeaders(call, given)
}

function withHeaders<Call extends Unauthorized>(call: Call, authorization: Authorization): Call {
  const headers = [...call.headers]
  for (const [name, value] of Object.entries(authorization)) setHeader(headers, name, value)
  return { ...call, headers }
}
