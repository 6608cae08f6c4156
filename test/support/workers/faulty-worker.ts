import { app } from '../../../src/app.ts'
import type { Bindings } from '../../../src/env.ts'
import * as worker from '../../../src/index.ts'
import type { DeliveryMessage } from '../../../src/webhooks/webhook.ts'
import { counted } from './rows.ts'
import { type User, watchedEnv } from './watched-env.ts'

const workerUser: User = { place: 'Worker', byAlarm: false }
let workerEnv: Bindings | undefined

/** The real Worker and its real objects, over bindings that can be told to fail. */
export default {
  fetch(request, env, ctx) {
    workerEnv ??= watchedEnv(env, workerUser)
    return app.fetch(request, workerEnv, ctx)
  },
  queue: worker.default.queue,
} satisfies ExportedHandler<Bindings, DeliveryMessage>

export { CutOffWorkflow } from '../../../src/ledger/cut-off-workflow.ts'

export class GrantLedger extends worker.GrantLedger {
  private readonly user: User

  constructor(ctx: DurableObjectState, env: Bindings) {
    const user: User = { place: 'GrantLedger', byAlarm: false }
    super(counted(ctx, user.place), watchedEnv(env, user))
    this.user = user
  }

  override async alarm(): Promise<void> {
    this.user.byAlarm = true
    await super.alarm()
    this.user.byAlarm = false
  }
}

export class Authority extends worker.Authority {
  private readonly user: User

  constructor(ctx: DurableObjectState, env: Bindings) {
    const user: User = { place: 'Authority', byAlarm: false }
    super(counted(ctx, user.place), watchedEnv(env, user))
    this.user = user
  }

  override async alarm(): Promise<void> {
    this.user.byAlarm = true
    await super.alarm()
    this.user.byAlarm = false
  }
}

export class OneTime extends worker.OneTime {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(counted(ctx, 'OneTime'), watchedEnv(env, { place: 'OneTime', byAlarm: false }))
  }
}

export class Limits extends worker.Limits {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(counted(ctx, 'Limits'), watchedEnv(env, { place: 'Limits', byAlarm: false }))
  }
}
