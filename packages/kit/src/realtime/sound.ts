/** A token of what is heard, and of what is spoken: https://developers.openai.com/api/docs/guides/realtime-costs */
const MS_PER_INPUT_TOKEN = 100
const MS_PER_OUTPUT_TOKEN = 50

export function heardTokens(ms: number): number {
  return Math.max(0, Math.ceil(ms / MS_PER_INPUT_TOKEN))
}

export function spokenTokens(ms: number): number {
  return Math.ceil(ms / MS_PER_OUTPUT_TOKEN)
}

/** Bytes of the sound that is written in base64, at most. */
export function soundBytes(base64: unknown): number {
  return typeof base64 === 'string' ? Math.ceil((base64.length * 3) / 4) : 0
}
