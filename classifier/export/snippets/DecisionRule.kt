// The decision rule of a .tflite in Kotlin: copy this file into your app. The rule is the file decision_rule.json in the
// model: org.tensorflow.lite.support.metadata.MetadataExtractor(buffer).getAssociatedFile("decision_rule.json"), parsed.

class Rule(
    val thresholds: Map<String, Double>,
    val smooth: Int = 1,
    val needed: Int = 1,
    val among: Int = 1,
    val minDuration: Double = 0.0,
    val release: Double = 1.0,
    val mergeGap: Double = 0.0,
    val multiLabel: Boolean = false,
)

/**
 * decide() takes the probabilities of each window, in order, and returns the labels that are reported now. hop, length:
 * seconds from one window to the next (the rule's own "hop", where it has one), and of a window. independent: whether
 * several labels may be right at once; the rule of such a model says so itself ("multi_label").
 */
class DecisionRule(
    private val rule: Rule,
    private val labels: List<String>,
    private val hop: Double,
    private val length: Double,
    private val independent: Boolean = rule.multiLabel,
) {
    private class Track(var first: Int = 0, var last: Int? = null, var counting: List<Int?> = emptyList())

    private val slack = 1e-4 // seconds
    private var recent: List<List<Double>> = emptyList()
    private var window = -1
    private val tracks = labels.map { Track() }

    fun decide(probabilities: List<Double>): List<String> {
        recent = (recent + listOf(probabilities)).takeLast(rule.smooth)
        if (recent.size <= rule.smooth / 2) return emptyList() // the windows after the first are not there yet
        window += 1
        val smoothed = labels.indices.map { i -> recent.sumOf { it[i] } / recent.size }
        val best = smoothed.indices.maxByOrNull { smoothed[it] }
        return labels.filterIndexed { i, _ ->
            holds(i, smoothed[i], independent || i == best) &&
                (window - tracks[i].first) * hop + length >= rule.minDuration - slack
        }
    }

    private fun holds(i: Int, probability: Double, leads: Boolean): Boolean {
        val track = tracks[i]
        val last = track.last
        val threshold = rule.thresholds[labels[i]] ?: 0.0
        val counts = leads && probability >= threshold && probability > 0 // all are 0 in digital silence
        val reaches = last != null && (window - last) * hop - length <= rule.mergeGap + slack
        val hasRelease = rule.release < 1 && threshold > 0
        val held = hasRelease && last == window - 1 && probability >= rule.release * threshold
        val goesOn = reaches && (counts || held)
        track.counting = (track.counting + listOf(if (counts && !goesOn) window else null)).takeLast(rule.among)
        val which = track.counting.filterNotNull()
        if (!goesOn) {
            if (!counts || which.size < rule.needed) return false
            track.first = which.first()
            track.counting = emptyList()
        }
        track.last = window
        return true
    }
}
