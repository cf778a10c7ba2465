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
  switch (binning.by) {
    case 'fixed-duration':
      return `${(steps * binning.stepMicros) / 1000} ms in ${steps} steps`;
    case 'fixed-count':
      return `${steps * binning.stepEvents} events in ${steps} steps`;
    default:
      return `a whole recording in ${steps} steps`;
  }
}
