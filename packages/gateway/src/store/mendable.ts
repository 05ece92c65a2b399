import type { Ledger } from '@tollgate/kit/ledger'
import { namesCommand, runnable } from '../say/runnable.ts'
import { oncePerMinute } from './once-per-minute.ts'

/**
 * The same books, whose faults that an operator can mend by a command are warnings of the process, with the command. A
 * caller is told no more than that it is refused.
 *
 * @param file the config, as it was named.
 */
export function mendable(ledger: Ledger, file: string | undefined): Ledger {
  const tell = oncePerMinute((text: string) => {
    process.emitWarning(runnable(text, file), { type: 'TollgateWarning', code: 'TOLLGATE_BOOKS' })
  })
  return {
    ...ledger,
    async reserve(command) {
      try {
        return await ledger.reserve(command)
      } catch (error) {
        if (error instanceof Error && namesCommand(error.message)) tell(error.message)
        throw error
      }
    },
  }
}
