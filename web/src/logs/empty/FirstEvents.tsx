/** A log that never had an event: what fills it, with the commands that make it so. */
import type { Stream } from '../../api/types'
import { t } from '../../i18n'
import { CommandBlock } from '../../ui/CommandBlock'
import { useLogView } from '../LogView'
import { Message } from '../../ui/Message'
import { keyCommand, liteLlmCommand, otlpCommand, postCommand } from './commands'
import classes from '../../ui/Message.module.css'

/** What each log takes besides single events. */
const SOURCES: Record<Stream, ('litellm' | 'otlp')[]> = {
  usage: ['litellm', 'otlp'],
  system: ['otlp'],
  audit: [],
  auth: [],
}

export function FirstEvents() {
  const { stream } = useLogView()
  const sources = SOURCES[stream]
  const { origin } = location
  return (
    <Message icon={stream} title={t.empty.never[stream]} text={t.empty.why[stream]}>
      <div className={classes.steps}>
        <CommandBlock title={t.empty.stepKey} command={keyCommand} />
        {sources.includes('litellm') && (
          <CommandBlock title={t.empty.stepLiteLlm} command={liteLlmCommand(origin)} />
        )}
        {sources.includes('otlp') && (
          <CommandBlock title={t.empty.stepOtlp} command={otlpCommand(origin)} />
        )}
        {stream !== 'usage' && (
          <CommandBlock title={t.empty.stepPost} command={postCommand(origin, stream)} />
        )}
      </div>
    </Message>
  )
}
