/** A stretch of sound in which somebody spoke, in bytes and in ms of all the sound of the session. */
export interface Turn {
  readonly bytes: number
  readonly startMs: number
  readonly endMs: number
}

/** What comes out of listening to more sound. */
export type Heard =
  | { readonly kind: 'started'; readonly atMs: number }
  | { readonly kind: 'stopped'; readonly turn: Turn }

/** Listens for turns in PCM of 24 kHz, as a provider's voice activity detection does: silence is bytes of zero. */
export interface Hearing {
  listen(sound: Buffer, silenceMs: number): Heard[]
  /** Everything that was heard and is in no turn yet. */
  take(): Turn
  clear(): void
}

const BYTES_PER_MS = 48
const STEP_MS = 20
const STEP_BYTES = STEP_MS * BYTES_PER_MS

export function hearing(): Hearing {
  let rest = Buffer.alloc(0)
  let heardMs = 0
  let fromMs = 0
  let startMs: number | undefined
  let quietMs = 0

  return {
    listen(sound, silenceMs) {
      const heard: Heard[] = []
      rest = Buffer.concat([rest, sound])
      for (; rest.length >= STEP_BYTES; rest = rest.subarray(STEP_BYTES)) {
        const loud = rest.subarray(0, STEP_BYTES).some((byte) => byte !== 0)
        if (loud && startMs === undefined) {
          startMs = heardMs
          heard.push({ kind: 'started', atMs: startMs })
        }
        heardMs += STEP_MS
        quietMs = loud ? 0 : quietMs + STEP_MS
        if (startMs === undefined || quietMs < silenceMs) continue
        heard.push({ kind: 'stopped', turn: turn(startMs, heardMs) })
        startMs = undefined
        fromMs = heardMs
      }
      return heard
    },
    take() {
      const whole = turn(fromMs, heardMs)
      const { bytes } = whole
      const all = { ...whole, bytes: bytes + rest.length }
      rest = Buffer.alloc(0)
      startMs = undefined
      fromMs = heardMs
      return all
    },
    clear() {
      rest = Buffer.alloc(0)
      startMs = undefined
      fromMs = heardMs
    },
  }
}

function turn(startMs: number, endMs: number): Turn {
  return { bytes: (endMs - startMs) * BYTES_PER_MS, startMs, endMs }
}
