/** The longest that a packet of Opus plays: https://www.rfc-editor.org/rfc/rfc6716#section-3.2.5 */
export const LONGEST_PACKET_MS = 120

/** How long a frame is, ms, by the lowest two bits of its configuration: SILK, hybrid, CELT (rfc6716, table 2). */
const SILK_MS = [10, 20, 40, 60] as const
const HYBRID_MS = [10, 20, 10, 20] as const
const CELT_MS = [2.5, 5, 10, 20] as const

/**
 * How long the packet of Opus plays that begins here, ms, by its first two bytes: how long its frames are, and how many.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6716#section-3.1
 */
export function packetMs(bytes: Buffer, at: number): number {
  const head = bytes[at]
  if (head === undefined) return LONGEST_PACKET_MS
  const config = head >> 3
  const frameMs = (config < 12 ? SILK_MS : config < 16 ? HYBRID_MS : CELT_MS)[config & 3]!
  const code = head & 3
  const frames = code === 0 ? 1 : code < 3 ? 2 : (bytes[at + 1] ?? 0) & 63
  const ms = frames * frameMs
  // More, or none, is no packet that a decoder takes; as much as any is, should one take it.
  return ms > 0 && ms <= LONGEST_PACKET_MS ? ms : LONGEST_PACKET_MS
}
