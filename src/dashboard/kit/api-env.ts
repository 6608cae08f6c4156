import type { AppEnv } from '../../env.ts'
import type { Caller } from './caller.ts'

/** Of the routes that know who calls. */
export interface ApiEnv {
  Bindings: AppEnv['Bindings']
  Variables: AppEnv['Variables'] & { caller: Caller }
}
