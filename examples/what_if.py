"""What did it learn, and what if: a model as a dynamical system, cut, driven, and listened to."""

import numpy as np

import surrobrain as sb
from surrobrain.intervention.replayed import replayed
from surrobrain.mechanistic.nodes.stuart_landau import StuartLandau

# 1. A model. Here a network that rings at 10 Hz; a fitted model takes its place.
names = ["V1_L", "V1_R", "M1_L", "M1_R"]
weights = np.array([[0.0, 1, 0, 0], [2, 0, 0, 0], [2, 0, 0, 1], [0, 1, 1, 0]])
brain = sb.Network(
    StuartLandau(a=-5.0, omega=20 * np.pi), sb.Connectome(weights, names=names), noise=0.5,
    observer=sb.observers.Identity(250.0), stepper="heun", dt=1e-3, settle=2.0,
)  # fmt: skip

# 2. What did it learn? Where it rests, and where it would begin to oscillate by itself.
points = sb.fixed_points(brain, n_starts=20)
branch = sb.continuation(brain, "a", span=(-5.0, 5.0))
first = branch.bifurcations[0]
print([point.kind for point in points], first.kind, "at a =", round(abs(first.value), 6))

# 3. What if a region is removed, or connections are weaker?
removed = sb.what_if(brain, lesion=["V1_L"], duration=4.0)
weaker = sb.edit(brain, edges=[("V1_L", "M1_L")], weights=0.5)
print(removed, sb.what_if(brain, lesion=weaker, duration=4.0))

# 4. What if it is stimulated? The dose is known, and a limit is an error.
train = sb.protocols.pulse_train(regions=["V1_L"], amplitude=50.0, rate=5.0, width=0.02)
driven = sb.what_if(brain, stimulus=train.within(sb.Limits(amplitude=60.0, duty=0.2)), duration=4.0)
print(driven.dose.in_words())

# 5. Where would it do most?
ranking = sb.rank_targets(brain, duration=2.0)
print(ranking, f"; with strength alone r = {ranking.agreement:.2f}")

# 6. When? A loop that brakes the rhythm at its peaks, held to limits of its own.
heard = sb.simulate(brain, duration=10.0, seed=1).values
rhythm = sb.Oscillation.fit(heard, sfreq=250.0, band=(7.0, 13.0))
brake = sb.phase_triggered(np.full(4, -25.0), balanced=True)
limits = sb.LoopLimits(amplitude=30.0, charge=10.0)
log = sb.ClosedLoop(sb.ModelPlant(brain), rhythm, brake, limits).run(8.0)
later = np.roll(log.given, len(log.given) // 2, axis=0)  # the same energy, the wrong moments
for name, run in (("closed", log.sensed), ("open", replayed(brain, later))):
    share = run.mean(axis=1).var() / replayed(brain, n_ticks=len(later)).mean(axis=1).var()
    print(f"{name} loop leaves {share:.0%} of the variance")

# 7. One page.
sb.Report("What if", [points, branch, removed, driven, ranking, log]).save("what-if.html")
