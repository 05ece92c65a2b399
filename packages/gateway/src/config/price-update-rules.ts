/** Where newer prices than the release's own come from, and where the last good ones are. */
export interface PriceUpdateRules {
  /** An address or an absolute path; undefined: only a command brings them. */
  readonly from: string | undefined
  /** How often a gateway asks there, ms; undefined: never by itself. */
  readonly everyMs: number | undefined
  /** The file with the last good ones; absolute. */
  readonly keep: string
}
