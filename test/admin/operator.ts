import { ADMIN_TOKEN } from '../support/gateway.ts'

/** What the admin API answered. */
export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly etag: string | null
  readonly body: unknown
  /** Of a refusal. */
  readonly code?: string
  readonly message?: string
  readonly param?: string | null
}

export type Ask = (
  method: string,
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Told>

/** Somebody who asks things of an admin listener, by a token. @param path is below `/admin/v1`. */
export function operatorAt(adminUrl: string, token: string = ADMIN_TOKEN): Ask {
  return async (method, path, body, more = {}) => {
    const answer = await fetch(`${adminUrl}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const { status, headers } = answer
    const isJson = headers.get('content-type')?.startsWith('application/json')
    const json = isJson ? JSON.parse(text) : undefined
    return { status, headers, etag: headers.get('etag'), body: json, ...json?.error }
  }
}
