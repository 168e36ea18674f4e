"""From a recording to a surrogate brain that can be asked "what if"."""

import numpy as np

import surrobrain as sb

# 1. A recording. Here a simulated one: eight regions, a network we know.
truth = sb.Network(sb.Linear(), sb.examples.ring(8), coupling=0.4, noise=1.0)
recording = sb.simulate(truth, duration=60.0, seed=0)
train, test = recording.split(0.8)

# 2. A model, fitted to the first 80 %.
result = sb.fit(sb.MLP(recording.n_regions, memory=1), train, seed=0)
for warning in result.warnings:
    print("warning:", warning)

# 3. Judged on the rest, beside baselines, a null and the floor.
scores = sb.evaluate(test, result.model, train=train)
print(scores)

# 4. What drives what: weights[i, j] is the action of region j on region i.
influence = sb.effective_connectivity(result.model, train)
print(np.round(influence.weights[:3, :3], 2))

# 5. What if one region is driven, or removed?
pulse = sb.protocols.step(regions=[recording.names[0]], amplitude=1.0, onset=1.0, duration=0.5)
driven = sb.what_if(result.model, stimulus=pulse, duration=5.0)
print("most changed by the pulse:", driven.strongest(3))
removed = sb.what_if(result.model, lesion=[recording.names[0]], duration=20.0)
print("most changed by the lesion:", removed.strongest(3))

# 6. One page, and the model for later.
sb.Report("First surrogate", [recording, result, scores, influence, driven]).save("first.html")
sb.save_model(result.model, "first-model")
