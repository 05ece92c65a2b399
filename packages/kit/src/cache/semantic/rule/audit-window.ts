import type { Count } from './fisher.ts'

/** The last audits, oldest first: which of them found a wrong answer. */
export interface AuditWindow {
  add(wrong: boolean): void
  readonly count: Count
  /** The older half and the newer one. */
  halves(): readonly [Count, Count]
  dropOlderHalf(): void
  clear(): void
  /** One character an audit, `1` for a wrong answer. */
  state(): string
}

export function auditWindow(size: number, kept = ''): AuditWindow {
  let audits = [...kept].slice(-size).map((character) => character === '1')
  const half = () => Math.floor(audits.length / 2)
  return {
    add(wrong) {
      audits.push(wrong)
      if (audits.length > size) audits.shift()
    },
    get count() {
      return countOf(audits)
    },
    halves: () => [countOf(audits.slice(0, half())), countOf(audits.slice(half()))],
    dropOlderHalf() {
      audits = audits.slice(half())
    },
    clear() {
      audits = []
    },
    state: () => audits.map((wrong) => (wrong ? '1' : '0')).join(''),
  }
}

function countOf(audits: readonly boolean[]): Count {
  return { trials: audits.length, events: audits.filter(Boolean).length }
}
