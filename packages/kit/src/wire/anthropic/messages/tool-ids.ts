/** The ids of tool calls that Anthropic takes: https://platform.claude.com/docs/en/api/messages/create */
const PLAIN = /^[A-Za-z0-9_-]+$/
const ENCODED = /^tgid_([A-Za-z0-9_-]+)$/

/** Another provider's id of a tool call as one of Anthropic's; the same whenever it comes, and decodable. */
export function encodeToolId(id: string): string {
  if (PLAIN.test(id) && !ENCODED.test(id)) return id
  return `tgid_${Buffer.from(`${id}.`).toString('base64url')}`
}

/** The id that was encoded, or the id itself. The dot at its end tells ours from any other id of that look. */
export function decodeToolId(id: string): string {
  const encoded = ENCODED.exec(id)?.[1]
  const decoded = encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString()
  return decoded?.endsWith('.') ? decoded.slice(0, -1) : id
}
