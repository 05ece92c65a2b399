/** How answers to other words are found, judged and audited. */
export interface SemanticRules {
  /** The share of wrong answers among hits that is allowed. */
  readonly delta: number
  /** Decide and measure, and serve nothing. */
  readonly shadow: boolean
  readonly embedder: EmbedderRule
  /** Undefined where only texts are compared. */
  readonly judge: JudgeRule | undefined
}

/** A model at a provider of this file, or one on this machine. */
export type EmbedderRule =
  | {
      readonly at: 'provider'
      readonly provider: string
      readonly model: string
      readonly dimensions: number
    }
  | {
      readonly at: 'here'
      readonly modelPath: string
      readonly model: string
      readonly dimensions: number
      readonly prefix: string | undefined
      readonly pooling: 'mean' | 'cls' | 'last_token' | undefined
    }

/** Who judges, and which team's budget pays for it. */
export interface JudgeRule {
  readonly provider: string
  readonly model: string
  readonly team: string
}
