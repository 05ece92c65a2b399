/** What is asked of who spent how much. */
export interface SpendQuery {
  /** Names of groups: `team`, `model`, … */
  readonly groupBy: readonly string[]
  /** From this time on, ms since the epoch; undefined for all there is. */
  readonly sinceMs: number | undefined
  /** When it is asked. */
  readonly nowMs: number
}

/** The answer, for people and for programs. */
export interface SpendReport {
  lines(): readonly string[]
  /** As the admin API and `--json` give it. */
  json(): object
}

/** Tells who spent how much. @throws Unanswered for what this store cannot tell. */
export type SpendReports = (query: SpendQuery) => Promise<SpendReport>

/** A store has no answer to a part of the query; the message says what to ask instead. */
export class Unanswered extends RangeError {
  override readonly name = 'Unanswered'
  readonly part: 'groupBy' | 'sinceMs'

  constructor(part: Unanswered['part'], message: string) {
    super(message)
    this.part = part
  }
}

/** `team,model` as groups; what there is not is refused by the report itself. */
export function groupsOf(text: string): string[] {
  return text.split(',').map((group) => group.trim())
}
