import { availableParallelism } from 'node:os'
import { hasProgram } from './has-program.ts'

/** What is measured has a core for itself; the load, the provider and Redis share the other. */
export const TARGET_CORE = 0
export const LOAD_CORE = 1

/** Whether processes can be held to a core here: two cores, and `taskset` (util-linux). */
export const isPinned: boolean = availableParallelism() > 1 && hasProgram('taskset')

/** What stands before a command that is to run on one core only. */
export function pinning(core: number): string[] {
  return isPinned ? ['taskset', '--cpu-list', String(core)] : []
}
