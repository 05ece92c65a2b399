import type { Wanted } from './records.ts'

/** Says in a sentence how somebody asks for what they have been refused; it ends refusals. */
export type HowToAsk = (account: string, wanted: Wanted) => string

/** Where nothing is known of how access is asked for. */
export const askAdministrator: HowToAsk = () => 'Ask your administrator.'
