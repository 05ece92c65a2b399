import type { Script } from './scripts/script.ts'

/** How Redis is asked: within bounds, by scripts and by plain commands. */
export interface Asking {
  ask<Keys extends object, Args extends object, Reply>(
    script: Script<Keys, Args, Reply>,
    keys: Keys,
    args: Args,
  ): Promise<Reply>
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>
}
