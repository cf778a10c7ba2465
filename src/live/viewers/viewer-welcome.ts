/** What dashboards are told of a model. */
import type { Model } from '../../network/index.ts';
import type { ViewerWelcome } from '../protocol/index.ts';

/**
 * The first message to a dashboard.
 *
 * @param session another one for every model, whatever it is called.
 */
export function viewerWelcome(
  { network, layers, neuronLayers, input }: Model,
  session: string,
): ViewerWelcome {
  return {
    type: 'viewer-welcome',
    session,
    model: network.name,
    classes: network.classes,
    steps: network.steps,
    layers: neuronLayers.map((id) => {
      const { shape } = layers.find(({ spec }) => spec.id === id)!.output;
      return { id, neurons: shape[0] * shape[1] * shape[2] };
    }),
    input: { width: network.input.width, height: network.input.height },
    window: windowText(input.binning, network.steps),
  };
}

function windowText(binning: Model['input']['binning'], steps: number): string {
  const every = (stride: string | undefined): string => (stride === undefined ? '' : `, every ${stride}`);
  const millis = (micros: number): string => `${micros / 1000} ms`;
  switch (binning.by) {
    case 'fixed-duration': {
      const { stepMicros, strideMicros } = binning;
      return `${millis(steps * stepMicros)} in ${steps} steps${every(strideMicros === undefined ? undefined : millis(strideMicros))}`;
    }
    case 'fixed-count': {
      const { stepEvents, strideEvents } = binning;
      return `${steps * stepEvents} events in ${steps} steps${every(strideEvents === undefined ? undefined : `${strideEvents} events`)}`;
    }
    case 'mixed':
      return `${steps} steps of ${binning.stepEvents} events or ${millis(binning.stepMicros)}`;
    default:
      return `a whole recording in ${steps} steps`;
  }
}
