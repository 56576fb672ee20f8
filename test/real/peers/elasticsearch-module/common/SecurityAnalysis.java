package logboom.peer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/**
 * The three parts of text analysis that the index of users and API keys is defined with. Without them that index
 * cannot be made, and with it no API key. They too belong to a module that is not published.
 */
final class SecurityAnalysis {
  private SecurityAnalysis() {}

  /** A factory under a name with settings; how to make one differs between the versions. */
  interface Factory {
    TokenFilterFactory make(String name, Settings settings, UnaryOperator<TokenStream> filter);
  }

  static Map<String, AnalysisProvider<TokenFilterFactory>> filters(Factory factory) {
    Map<String, AnalysisProvider<TokenFilterFactory>> filters = new HashMap<>();
    filters.put("pattern_capture", (index, environment, name, settings) -> {
      boolean preserve = settings.getAsBoolean("preserve_original", true);
      Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
      return factory.make(name, settings, in -> new PatternCaptureGroupTokenFilter(in, preserve, patterns));
    });
    filters.put("unique", (index, environment, name, settings) ->
      factory.make(name, settings, RemoveDuplicatesTokenFilter::new));
    return filters;
  }

  static Map<String, AnalysisProvider<TokenizerFactory>> tokenizers() {
    return Map.of("uax_url_email", (index, environment, name, settings) ->
      TokenizerFactory.newFactory(name, UAX29URLEmailTokenizer::new));
  }

  static List<PreConfiguredTokenFilter> namedFilters() {
    return List.of(PreConfiguredTokenFilter.singleton("unique", false, RemoveDuplicatesTokenFilter::new));
  }

  static List<PreConfiguredTokenizer> namedTokenizers() {
    return List.of(PreConfiguredTokenizer.singleton("uax_url_email", UAX29URLEmailTokenizer::new));
  }
}
