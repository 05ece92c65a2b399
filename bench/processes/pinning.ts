import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The target has a core for itself; the load and the provider share the other. */
export const TARGET_CORE = 0
export const LOAD_CORE = 1

/** Whether processes can be held to a core here: two cores, and `taskset` (util-linux). */
export const isPinned: boolean = availableParallelism() > 1 && hasTaskset()

/** What stands before a command that is to run on one core only. */
export function pinning(core: number): string[] {
  return isPinned ? ['taskset', '--cpu-list', String(core)] : []
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
