/** What a call makes or reads besides text, and how much of it at the most: what it costs is then not a count of text alone. */
export type Media = Pictures | Speech | Recording | Verdicts

/** Pictures to be made, from a description or from other pictures. */
export interface Pictures {
  readonly kind: 'pictures'
  /** How many are asked for: each reads the description, and what it is made from, anew. */
  readonly count: number
  /** Of an animation each is so many pictures; 1 as a rule. */
  readonly frames: number
  /** In pixels; undefined where the model chooses. */
  readonly size: PictureSize | undefined
  /** As the request says it; undefined where the model chooses. */
  readonly quality: string | undefined
  /** How often each is shown before it is finished. */
  readonly previews: number
  /** How many pictures it is made from, masks among them. */
  readonly inputs: number
}

export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** Text to be read aloud. */
export interface Speech {
  readonly kind: 'speech'
  /** In Unicode code points. */
  readonly characters: number
  /** How many times longer than usual it may be read; 1 as a rule. */
  readonly slowness: number
  /** The format of the sound: `mp3`. */
  readonly format: string
}

/** Sound to be written down. */
export interface Recording {
  readonly kind: 'recording'
  /** However it is read, it is not longer than this, ms. */
  readonly longestMs: number
  /** `believed`: only one that somebody has made to be so is longer. `unknown`: it is as long as others of its size. */
  readonly bound: 'proven' | 'believed' | 'unknown'
}

/** A judgement of what was sent: nothing is generated. */
export interface Verdicts {
  readonly kind: 'verdicts'
}
