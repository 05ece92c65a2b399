/** Asks as the global `fetch` does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** How long an issuer may take to answer, ms. */
const DEADLINE_MS = 5_000
/** Far more than any issuer's key set has, bytes. */
const MAX_BYTES = 512 * 1024

/**
 * What an address answers, as JSON: in time, in bounds, and from there and nowhere else.
 *
 * @throws Error when it does not.
 */
export async function fetchJson(url: string, fetch: Fetch): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  if (answer.status !== 200 || !answer.body) {
    await answer.body?.cancel()
    throw new Error(`${url} answered ${answer.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
}

/** Whether what comes from an address cannot be changed on its way: by TLS, or because it never leaves this machine. */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text)
  if (!url) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
}

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
