import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'

/** The end of every app: an address that nothing answers is said in the client's dialect, and not in HTML. */
export const nothingHere = (): Stage =>
  defineStage({
    name: 'nothing-here',
    handle: function nothingHere({ method, url = '/' }) {
      const path = url.split('?', 1)[0]
      throw new TollgateError('endpoint_not_found', { message: `There is nothing at ${method} ${path}.` })
    },
  })
