import type { IncomingHttpHeaders } from 'node:http'

/** What a client calls the session itself. */
const REALTIME = 'realtime'
/** A browser says the beta so, which others say in a header. */
const BETA = 'openai-beta.realtime-v1'

function offered(headers: IncomingHttpHeaders): string[] {
  return headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
}

/**
 * The subprotocol that a client's session speaks: the only one that is ever said back. What else browsers put there are
 * credentials and versions, for want of headers: https://developers.openai.com/api/docs/guides/realtime-websocket
 */
export function chosenSubprotocol(headers: IncomingHttpHeaders): typeof REALTIME | undefined {
  return offered(headers).includes(REALTIME) ? REALTIME : undefined
}

/** Whether the client speaks the interface before today's. */
export function asksForBeta(headers: IncomingHttpHeaders): boolean {
  return offered(headers).includes(BETA)
}
