/** What a look at the place where the books are has brought to light. */
export interface Finding {
  /** What was looked at: `eviction`, `space`, … */
  readonly check: string
  /**
   * `refuse`: a gateway does not start like this. `warn`: it does, at a risk. `ask`: the place does not say, so somebody
   * else must be asked. `note`: all is well, and this is what is the case.
   */
  readonly level: 'refuse' | 'warn' | 'ask' | 'note'
  /** What is the case, what it exposes, and what to change. */
  readonly text: string
}

export function isRefusal({ level }: Pick<Finding, 'level'>): boolean {
  return level === 'refuse'
}
