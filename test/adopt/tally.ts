/** Counts checks, and says one line for each. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Passed is what does not throw. Resolves to whether it passed. */
  check(name: string, work: () => Promise<void>): Promise<boolean>
}

/** What a failing check leaves to read. */
const LAST_LINES = 60

export function tally(): Tally {
  let passed = 0
  let failed = 0
  return {
    get passed() {
      return passed
    },
    get failed() {
      return failed
    },
    async check(name, work) {
      const startedAtMs = performance.now()
      const seconds = () => `${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`
      try {
        await work()
        passed += 1
        console.log(`ok    ${name}  ${seconds()}`)
        return true
      } catch (error) {
        failed += 1
        const said = error instanceof Error ? error.message : String(error)
        const lines = said.trimEnd().split('\n').slice(-LAST_LINES)
        console.log([`FAIL  ${name}  ${seconds()}`, ...lines.map((line) => `      ${line}`)].join('\n'))
        return false
      }
    },
  }
}
