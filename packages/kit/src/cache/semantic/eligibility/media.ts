import type { Subject } from './subject.ts'

/** Whether something is seen or heard besides what is read. */
export function hasMedia({ received }: Subject): boolean {
  return received.unboundedInput || received.audioInput || received.audioOutput
}
